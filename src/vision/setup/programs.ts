import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { execa } from 'execa';

export interface ProgramResult {
  /** True if it exited with 0. */
  readonly ok: boolean;
  /** Stdout and stderr, interleaved; if it could not be started, the reason. */
  readonly output: string;
}

/** Runs a program and returns what it prints. */
export async function runProgram(file: string, args: readonly string[], cwd?: string): Promise<ProgramResult> {
  const options = { reject: false, all: true, stdin: 'ignore', ...(cwd !== undefined && { cwd }) } as const;
  const { failed, all, originalMessage } = await execa(file, args, options);
  return { ok: !failed, output: all || (originalMessage ?? '') };
}

/** Runs the npm that runs this command, if one does: it need not be the first on PATH. */
export function runNpm(cwd: string, args: readonly string[]): Promise<ProgramResult> {
  const cli = process.env['npm_execpath'];
  return cli !== undefined && /\bnpm-cli\.c?js$/.test(cli)
    ? runProgram(process.execPath, [cli, ...args], cwd)
    : runProgram('npm', args, cwd);
}

/** Returns the first of `names` that exists and is executable, as an absolute path. */
export function findExecutable(names: readonly string[], path = process.env['PATH'] ?? ''): string | undefined {
  for (const name of names) {
    const files = isAbsolute(name) ? [name] : path.split(delimiter).map((directory) => join(directory, name));
    for (const file of files) {
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not this one.
      }
    }
  }
  return undefined;
}

/** Returns the last lines of a program's output: where it says what went wrong. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
