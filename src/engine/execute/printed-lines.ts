import type { Readable } from 'node:stream';

/** A stage that prints without end and without a line break must not fill the memory of the runner. In characters. */
const LONGEST_LINE = 1 << 20;

/** Calls `onLine` with each line that a stream of text brings; one that is longer than `longest` comes in pieces. */
export function onPrintedLines(stream: Readable, onLine: (line: string) => void, longest = LONGEST_LINE): void {
  let begun = '';
  let afterReturn = false;
  stream.on('data', (text: string) => {
    const rest = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    afterReturn = text.endsWith('\r');
    // Progress bars go back to the beginning of their line instead of ending it.
    const lines = rest.split(/\r\n|\n|\r/);
    lines[0] = begun + lines[0];
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (begun.length < longest) return;
    onLine(begun);
    begun = '';
  });
  stream.on('end', () => {
    if (begun !== '') onLine(begun);
  });
}
