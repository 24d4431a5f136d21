import { displayWidth } from '../../shared/text/table.ts';

const ERASE_LINE = '\u001B[K';
const ERASE_BELOW = '\u001B[J';
/** Lines that the terminal would show wider than they were measured are cut off, and so take one row each. */
const [WRAP_OFF, WRAP_ON] = ['\u001B[?7l', '\u001B[?7h'];

/** Makes harmless what is written; that of the module that has coloured the text. */
export type ToTerminal = (text: string) => string;

/** Lines at the end of the output that are redrawn in place, while text is printed above them. */
export class LiveLines {
  readonly #stream: NodeJS.WriteStream;
  readonly #toTerminal: ToTerminal;
  #drawn: readonly string[] = [];

  constructor(stream: NodeJS.WriteStream, toTerminal: ToTerminal) {
    this.#stream = stream;
    this.#toTerminal = toTerminal;
  }

  /**
   * Prints text, and draws these lines below it instead of those that were drawn before.
   *
   * @param printed whole lines, or nothing.
   * @param lines narrower than the window, and fewer than it has rows.
   */
  update(printed: string, lines: readonly string[]): void {
    if (printed === '' && String(lines) === String(this.#drawn)) return;
    const rows = this.#rows();
    const above = printed === '' ? '' : `${ERASE_BELOW}${this.#toTerminal(printed)}`;
    const below = lines.map((line) => `${this.#toTerminal(line)}${ERASE_LINE}\n`).join('');
    // One write, so that a process that is killed leaves nothing half drawn.
    this.#stream.write(
      `${rows > 0 ? `\r\u001B[${rows}A` : ''}${above}${WRAP_OFF}${below}${WRAP_ON}${rows > 0 ? ERASE_BELOW : ''}`,
    );
    this.#drawn = lines;
  }

  /** Leaves what is drawn where it is: somebody else has written below it. */
  abandon(): void {
    this.#drawn = [];
  }

  /** The rows that the lines take by now: in a window that has become narrower, terminals wrap longer lines. */
  #rows(): number {
    const columns = this.#stream.columns || Number.POSITIVE_INFINITY;
    return this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
  }
}
