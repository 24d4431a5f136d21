import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { problem, type Result, success } from '../src/shared/problem.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Environment variables in addition to those of the surroundings. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Creates a command from its words. */
export function command(program: string, ...args: readonly string[]): Command {
  return { program, args };
}

/** Where a command runs. */
export interface Surroundings {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A file for the program's output. With a pipe, this process would have to read while it measures. */
  readonly log: string;
}

const running = new Set<ChildProcess>();

/** Runs a program to completion. Returns the elapsed milliseconds, or a problem with its last output if it failed. */
export async function time({ program, args, environment }: Command, around: Surroundings): Promise<Result<number>> {
  const log = openSync(around.log, 'w');
  const started = performance.now();
  const reason = await new Promise<string | undefined>((resolve) => {
    const child = spawn(program, args, {
      cwd: around.directory,
      env: { ...around.environment, ...environment },
      stdio: ['ignore', log, log],
    });
    running.add(child);
    const end = (reason: string | undefined) => {
      running.delete(child);
      resolve(reason);
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, signal) => end(code === 0 ? undefined : `exited with ${signal ?? `code ${code}`}`));
  });
  const milliseconds = performance.now() - started;
  closeSync(log);
  if (reason === undefined) return success(milliseconds);
  const output = readFileSync(around.log, 'utf8').trimEnd().split('\n').slice(-12).join('\n  ');
  return problem(`${[program, ...args].join(' ')}: ${reason}\n  ${output}`);
}

/** Runs a program whose last line of output is its measurement as JSON. */
export async function measured<Value>(program: Command, around: Surroundings): Promise<Result<Value>> {
  const done = await time(program, around);
  if (!done.ok) return done;
  const last = readFileSync(around.log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return success(JSON.parse(last) as Value);
}

/** Terminates all running programs, when the benchmark is interrupted. */
export function endRunning(): void {
  for (const child of running) child.kill('SIGTERM');
}
