import { execFile } from 'node:child_process';
import { failure, type Result, success } from '../../../shared/problem.ts';
import { shellQuoted } from '../../../shared/text/shell-quoted.ts';

/** Why a command of a scheduler gave no answer. `said`: what it printed, in one line. */
export interface CallFailure {
  readonly kind: 'timeout' | 'not-found' | 'failed';
  readonly said: string;
}

export interface CallOptions {
  readonly input?: string;
  /** In milliseconds. */
  readonly timeout: number;
}

type Words = readonly [string, ...string[]];

/** The commands of a queue print a line for each job. */
const MOST_OUTPUT = 1 << 28;

/** Calls commands, on this host or on another one by ssh. Never waits longer than it is told. */
export class Caller {
  readonly #host: string | undefined;
  readonly #environment: NodeJS.ProcessEnv;
  /** Whether the host has the commands only in login shells. */
  #needsLogin = false;

  constructor(host: string | undefined, environment: NodeJS.ProcessEnv) {
    this.#host = host;
    this.#environment = environment;
  }

  /** Runs a program and returns what it prints. */
  async call(words: Words, options: CallOptions): Promise<Result<string, CallFailure>> {
    if (this.#host === undefined) return this.#run(words, options);
    const called = await this.#run(overSsh(this.#host, this.#needsLogin ? inLoginShell(words) : words), options);
    if (called.ok || called.failure.kind !== 'not-found' || this.#needsLogin) return called;
    // Many sites extend PATH in /etc/profile, which a command by ssh does not read.
    const again = await this.#run(overSsh(this.#host, inLoginShell(words)), options);
    this.#needsLogin = again.ok;
    return again;
  }

  #run([program, ...args]: Words, { input, timeout }: CallOptions): Promise<Result<string, CallFailure>> {
    return new Promise((resolve) => {
      const options = { timeout, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT, env: this.#environment } as const;
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) return resolve(success(stdout));
        const said = (stderr.trim() || stdout.trim() || error.message).replaceAll(/\s*\n\s*/g, '; ');
        if (error.killed) return resolve(failure({ kind: 'timeout', said: `no answer within ${timeout / 1000} s` }));
        const isMissing = error.code === 'ENOENT' || (error as { code?: unknown }).code === 127;
        resolve(failure({ kind: isMissing ? 'not-found' : 'failed', said }));
      });
      // The program may end without reading what it is given.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  }
}

/** Asks no questions: nobody may be there to answer. */
const SSH = ['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'] as const;

function overSsh(host: string, words: Words): Words {
  return [...SSH, '--', host, words.map(shellQuoted).join(' ')];
}

/** Other shells than that of POSIX have other options. */
function inLoginShell(words: Words): Words {
  return ['/bin/sh', '-lc', words.map(shellQuoted).join(' ')];
}
