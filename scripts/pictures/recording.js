import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import xterm from '@xterm/headless';

/**
 * A part of a line in one style. `colour` is an index of the 16 colours of a terminal, -1 the default.
 *
 * @typedef {{ column: number, text: string, colour: number, bold: boolean, dim: boolean }} Span
 * @typedef {readonly Span[]} Line
 * @typedef {{ lines: readonly Line[], seconds: number }} Frame  what is on the screen, and for how long
 */

/** So many characters are typed between two frames. Fewer frames make a smaller file. */
const KEYS = 3;
const KEYS_SECONDS = 0.18;
/** Between two frames of a running command, as it is played. */
const TICK_MILLISECONDS = 200;

/** A terminal without a window: commands run in it, and what is on its screen is kept as frames. */
export class Recording {
  /** @type {Frame[]} */
  frames = [];
  #terminal;

  /**
   * @param {number} columns
   * @param {number} rows
   */
  constructor(columns, rows) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  get columns() {
    return this.#terminal.cols;
  }

  get rows() {
    return this.#terminal.rows;
  }

  /**
   * Types a command at a prompt, and runs it to its end.
   *
   * @param {string} command
   * @param {{ cwd: string, speed?: number }} options  `speed`: how many times as fast it is played as it ran
   */
  async enter(command, { cwd, speed = 1 }) {
    await this.#write(`${this.frames.length > 0 ? '\r\n' : ''}\u001B[36m$\u001B[39m `);
    for (let typed = 0; typed < command.length; typed += KEYS) {
      await this.#write(command.slice(typed, typed + KEYS));
      this.hold(KEYS_SECONDS);
    }
    this.hold(0.4);
    await this.#write('\r\n');
    await this.#run(command, cwd, speed);
  }

  /**
   * `script` gives the command a terminal, so that it draws as it does for a person.
   *
   * @param {string} command
   * @param {string} cwd
   * @param {number} speed
   */
  async #run(command, cwd, speed) {
    const { NO_COLOR: _, CI: __, ...environment } = process.env;
    const sized = `stty cols ${this.columns} rows ${this.rows}; ${command}`;
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', sized, '/dev/null'], {
      cwd,
      env: { ...environment, TERM: 'xterm-256color' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (/** @type {Buffer} */ data) => this.#terminal.write(data));
    const closed = once(child, 'close');
    let isRunning = true;
    const ended = closed.then(() => {
      isRunning = false;
    });
    while (isRunning) {
      await Promise.race([ended, delay(TICK_MILLISECONDS * speed)]);
      await this.#write('');
      this.hold(TICK_MILLISECONDS / 1000);
    }
    const [code] = await closed;
    if (code !== 0) throw new Error(`"${command}" ended with exit code ${code}`);
  }

  /**
   * @param {string} text
   * @returns {Promise<void>} when the terminal has taken it in, and all before it
   */
  #write(text) {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  /** @param {number} seconds  for which what is on the screen stays */
  hold(seconds) {
    const lines = Array.from({ length: this.rows }, (_, row) => this.#line(row));
    const last = this.frames.at(-1);
    if (last !== undefined && JSON.stringify(last.lines) === JSON.stringify(lines)) last.seconds += seconds;
    else this.frames.push({ lines, seconds });
  }

  /**
   * @param {number} row
   * @returns {Line}
   */
  #line(row) {
    const { active } = this.#terminal.buffer;
    const line = active.getLine(active.baseY + row);
    /** @type {Span[]} */
    const spans = [];
    for (let column = 0; column < this.columns; column++) {
      const cell = line?.getCell(column);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const colour = cell.isFgPalette() ? cell.getFgColor() : -1;
      const style = { colour, bold: cell.isBold() !== 0, dim: cell.isDim() !== 0 };
      const text = cell.getChars() || ' ';
      const span = spans.at(-1);
      const isSame = span?.colour === style.colour && span.bold === style.bold && span.dim === style.dim;
      if (span !== undefined && isSame) span.text += text;
      else spans.push({ column, text, ...style });
    }
    return spans.map((span) => ({ ...span, text: span.text.trimEnd() })).filter(({ text }) => text !== '');
  }
}
