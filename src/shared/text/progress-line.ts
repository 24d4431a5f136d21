import type { SetupProgress } from '../extensions/setup-step.ts';
import { begin, printable } from './output.ts';
import { visibleLine } from './visible.ts';

const BAR_WIDTH = 24;

export interface ProgressLine extends SetupProgress {
  /** Clears the line. */
  end(): void;
}

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line that redraws itself on a terminal; elsewhere (CI, a log) one plain line for each thing begun. */
export function openProgressLine(stream: Stream): ProgressLine {
  begin(stream);
  let label = '';
  let drawn = '';
  const redraw = (text: string) => {
    if (stream.isTTY && text !== drawn) stream.write(`\r\u001B[K${text}`);
    drawn = text;
  };
  return {
    begin(text) {
      label = printable(visibleLine(text));
      redraw(`${label} …`);
      if (!stream.isTTY) stream.write(`${label}\n`);
    },
    update(done, total) {
      const share = total > 0 ? Math.min(1, done / total) : 0;
      redraw(`${label} ${bar(share)} ${Math.floor(share * 100)} %`);
    },
    end() {
      redraw('');
    },
  };
}

/** `share`: 0 to 1. */
function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return '━'.repeat(filled) + '─'.repeat(BAR_WIDTH - filled);
}
