import type { Paint } from '../../shared/text/style.ts';
import type { RunEvent } from '../execute/events.ts';
import { ActiveStages } from './active-stages.ts';
import { LiveLines, type ToTerminal } from './live-lines.ts';

const FRAME_MILLISECONDS = 100;
/** The seconds that stages have run for are shown. */
const CLOCK_MILLISECONDS = 1000;

/** Shows what the stages of a run do at the moment, below the text that is printed meanwhile. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  readonly #stages: ActiveStages;
  readonly #lines: LiveLines;
  readonly #clock: NodeJS.Timeout;
  #printed = '';
  #due: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WriteStream, paint: Paint, toTerminal: ToTerminal) {
    this.#stream = stream;
    this.#stages = new ActiveStages(paint);
    this.#lines = new LiveLines(stream, toTerminal);
    this.#clock = setInterval(this.#draw, CLOCK_MILLISECONDS).unref();
    stream.on('resize', this.#draw);
    process.on('SIGCONT', this.#continue);
    // A second Ctrl-C ends the command.
    process.on('exit', this.#end);
  }

  take(event: RunEvent): void {
    this.#stages.take(event);
    this.#drawSoon();
  }

  /** Prints whole lines. */
  print(text: string): void {
    this.#printed += text;
    this.#drawSoon();
  }

  /** Erases the lines of the stages, and prints what is left. */
  close(): void {
    clearInterval(this.#clock);
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#stream.off('resize', this.#draw);
    process.off('SIGCONT', this.#continue);
    process.off('exit', this.#end);
    this.#end();
  }

  #drawSoon(): void {
    // Drawn after the signals that have arrived are handled: a new size of the window counts.
    const draw = () => {
      if (this.#due !== undefined) this.#draw();
    };
    this.#due ??= setTimeout(() => setImmediate(draw), FRAME_MILLISECONDS);
  }

  readonly #draw = (): void => {
    clearTimeout(this.#due);
    this.#due = undefined;
    // A terminal that does not know its size says that it is 0.
    const { columns, rows } = this.#stream;
    this.#update(this.#stages.lines({ columns: columns || 80, rows: rows || 24 }));
  };

  /** After Ctrl-Z, the shell has written below. */
  readonly #continue = (): void => {
    this.#lines.abandon();
    this.#draw();
  };

  readonly #end = (): void => {
    this.#update([]);
  };

  #update(lines: readonly string[]): void {
    const printed = this.#printed;
    this.#printed = '';
    this.#lines.update(printed, lines);
  }
}
