import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { execa } from 'execa';
import { onTestFinished, vi } from 'vitest';
import { CLI, type Project } from './project.ts';

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** A command in a real pseudo-terminal, and what a terminal emulator shows of it. Ended after the test. */
export class Terminal {
  readonly #emulator: xterm.Terminal;
  readonly #device: string;
  readonly #child;
  #received = '';

  /**
   * Starts the built command with these arguments in a window of this size.
   *
   * @param answerTo what the terminal answers to a part of the output, as if it was typed.
   */
  constructor(
    project: Project,
    args: readonly string[],
    { columns, rows }: WindowSize,
    environment: Readonly<Record<string, string>> = {},
    answerTo: (output: string) => string = () => '',
  ) {
    this.#emulator = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
    this.#device = join(project.directory, 'terminal');
    const processFile = join(project.directory, 'process');
    const command = `tty > ${this.#device}; echo $$ > ${processFile}; stty cols ${columns} rows ${rows}; exec ${process.execPath} ${CLI} ${args.join(' ')}`;
    this.#child = execa('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
      cwd: project.directory,
      env: { NO_COLOR: '1', CI: '', TERM: 'xterm-256color', ...environment },
      reject: false,
      buffer: false,
    });
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#emulator.write(data);
      this.#received += data.toString();
      this.#child.stdin?.write(answerTo(data.toString()));
    });
    onTestFinished(async () => {
      // The command ends the terminal, so that it has no time left in which it writes into the project.
      if (this.#child.exitCode === null) process.kill(Number(readFileSync(processFile, 'utf8')), 'SIGTERM');
      await this.#child;
    });
  }

  /** Changes the size of the window, as the emulator does when somebody pulls at its corner. */
  async resize({ columns, rows }: WindowSize): Promise<void> {
    await this.#parsed();
    this.#emulator.resize(columns, rows);
    const device = readFileSync(this.#device, 'utf8').trim();
    await execa('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Returns the lines of the window, without empty ones at the end. */
  async window(): Promise<string[]> {
    await this.#parsed();
    return this.#lines(this.#emulator.buffer.active.baseY, this.#emulator.rows);
  }

  /** Returns the lines that have left the window at its top. */
  async scrollback(): Promise<string[]> {
    await this.#parsed();
    return this.#lines(0, this.#emulator.buffer.active.baseY);
  }

  /** Resolves once the window shows this, and returns its lines. */
  shows(what: RegExp): Promise<string[]> {
    return vi.waitFor(
      async () => {
        const lines = await this.window();
        if (!what.test(lines.join('\n'))) throw new Error(`the window does not show ${what}:\n${lines.join('\n')}`);
        return lines;
      },
      { timeout: 30_000, interval: 20 },
    );
  }

  /** All that the command has written, as it was. */
  get received(): string {
    return this.#received;
  }

  /** Resolves with the exit code once the command has ended. */
  async ended(): Promise<number | undefined> {
    return (await this.#child).exitCode;
  }

  #parsed(): Promise<void> {
    return new Promise((resolve) => this.#emulator.write('', resolve));
  }

  #lines(from: number, number: number): string[] {
    const { active } = this.#emulator.buffer;
    const lines = Array.from({ length: number }, (_, row) => active.getLine(from + row)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd().split('\n');
  }
}
