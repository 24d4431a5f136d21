import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok      true when it exited with 0
 * @property {string} output   stdout and stderr, as they came
 */

/**
 * Runs a command and keeps what it prints.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, onStdout?: (text: string) => void }} [options]
 *   `env` is added to this process's own
 * @returns {Promise<CommandResult>} not ok, with the reason as output, when it could not be started
 */
export function runCommand(file, args, { cwd, env, onStdout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    if (onStdout) child.stdout.on('data', onStdout);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * @param {readonly string[]} names  in order of preference
 * @param {string} [path]
 * @returns {string | undefined} the first that is there and may be executed, as an absolute path
 */
export function findExecutable(names, path = process.env['PATH'] ?? '') {
  for (const name of names) {
    const files = isAbsolute(name) ? [name] : path.split(delimiter).map((directory) => join(directory, name));
    for (const file of files) {
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  }
  return undefined;
}

/**
 * @param {string} output
 * @returns {string} its last lines: where a command says what went wrong
 */
export function lastLines(output, count = 15) {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
