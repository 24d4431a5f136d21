import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CLI, type Finished, toFinished } from '../../support/project.ts';

/** A run that can be killed when it has printed certain lines. */
export class KillableRun {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #seen: (() => void)[] = [];
  readonly #stdout: string[] = [];

  constructor(directory: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [CLI, 'run', '--json', ...args], {
      cwd: directory,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.#stdout.push(line);
        for (const seen of this.#seen) seen();
      });
    }
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.finished = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        resolve(toFinished({ ...(code !== null && { exitCode: code }), stdout: this.#stdout.join('\n'), stderr }));
      });
    });
  }

  /** Resolves once this number of lines has been printed, or when the run ends. */
  printed(lines: number): Promise<void> {
    return this.#until((stdout) => stdout.length >= lines);
  }

  /** Resolves once a matching line has been printed, or when the run ends. */
  printedLine(line: RegExp): Promise<void> {
    return this.#until((stdout) => stdout.some((text) => line.test(text)));
  }

  async #until(isReached: (stdout: readonly string[]) => boolean): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      const check = () => {
        if (isReached(this.#stdout)) resolve();
      };
      this.#seen.push(check);
      check();
    });
    await Promise.race([reached, this.finished]);
  }

  /** Kills the run. Returns whether it was still running. */
  kill(): boolean {
    return this.#child.exitCode === null && this.#child.kill('SIGKILL');
  }

  /** Kills the process of a stage of this run. Returns whether one was running. */
  killStage(): boolean {
    const { pid } = this.#child;
    const [stage] = pid === undefined ? [] : childrenOf(pid);
    return stage !== undefined && process.kill(stage, 'SIGKILL');
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Returns the ids of the processes whose working directory is `directory`. */
export function processesIn(directory: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === directory;
    } catch {
      return false;
    }
  });
}
