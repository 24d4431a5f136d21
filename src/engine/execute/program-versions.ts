import type { Place, Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { shortened } from '../../shared/wording.ts';
import { stageEnvironment } from './environment.ts';
import { findProgram, programProblem } from './find-program.ts';

/** A command that prints the version of a program, and where the pipeline file has it. */
export interface VersionCommand {
  readonly words: readonly string[];
  readonly at: Place;
}

/** A command that only prints a version takes a fraction of this, in milliseconds. */
const LONGEST_MILLISECONDS = 60_000;

/** Finds out the versions of programs by running commands that print them, each once a run. */
export class ProgramVersions {
  readonly #root: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #found = new Map<string, Promise<Result<string>>>();

  /** @param root the folder of the pipeline file, in which the commands run. */
  constructor(root: string, environment: NodeJS.ProcessEnv) {
    this.#root = root;
    this.#environment = environment;
  }

  /** Returns what the command prints. `variables`: those that it sees besides the ones that every process needs. */
  of(command: VersionCommand, variables: readonly string[]): Promise<Result<string>> {
    const id = JSON.stringify([command, variables]);
    const found = this.#found.get(id) ?? this.#read(command, stageEnvironment(this.#environment, variables, []));
    this.#found.set(id, found);
    return found;
  }

  async #read({ words, at }: VersionCommand, env: Readonly<Record<string, string>>): Promise<Result<string>> {
    const [program = '', ...args] = words;
    const cwd = this.#root;
    if (findProgram(program, cwd, env) === undefined) return failure([programProblem(program, at)]);
    const { execFile } = await import('node:child_process');
    const options = { cwd, env, timeout: LONGEST_MILLISECONDS, killSignal: 'SIGKILL' } as const;
    return new Promise((resolve) => {
      execFile(program, args, options, (error, stdout, stderr) => {
        // Some programs, such as `java -version`, print it on stderr.
        const version = stdout.trim() || stderr.trim();
        if (error === null && version !== '') resolve(success(version));
        else resolve(failure([versionProblem(words, at, error, version)]));
      }).stdin?.end();
    });
  }
}

function versionProblem(words: readonly string[], at: Place, error: unknown, printed: string): Problem {
  const { code, killed } = (error ?? {}) as { code?: number | string; killed?: boolean };
  const how = killed
    ? `took longer than ${LONGEST_MILLISECONDS / 1000} s`
    : error === null
      ? 'printed nothing'
      : typeof code === 'number'
        ? `ended with exit code ${code}`
        : `could not be run: ${code}`;
  return {
    message: `the command "${words.join(' ')}", which prints a version, ${how}${printed === '' ? '' : `: ${shortened(printed)}`}`,
    at,
    advice: 'Its output is part of the action key, so the stage cannot run without it. Correct or remove `version`.',
  };
}
