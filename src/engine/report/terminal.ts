import { writeText } from '../../shared/text/output.ts';
import { type Paint, toTerminal } from '../../shared/text/style.ts';
import type { Emit, RunEvent } from '../execute/events.ts';
import { plainReporter } from './plain.ts';
import type { Screen } from './screen.ts';

export interface TerminalReporter {
  readonly emit: Emit;
  /** Ends the drawing. What is written afterwards appears below it. */
  close(): Promise<void>;
}

/** Prints what stays, one line per event, and shows what the stages do meanwhile in lines that are redrawn in place. */
export function terminalReporter(stream: NodeJS.WriteStream, paint: Paint): TerminalReporter {
  /** What the screen is told when it is there. */
  const earlier: RunEvent[] = [];
  let loading: Promise<void> | undefined;
  let screen: Screen | undefined;
  const plain = plainReporter((text) => (screen === undefined ? writeText(stream, text) : screen.print(text)), paint);
  const load = async () => {
    // Loaded on demand, since usually nothing has to run.
    const loaded = new (await import('./screen.ts')).Screen(stream, paint, toTerminal);
    for (const event of earlier) loaded.take(event);
    screen = loaded;
  };
  return {
    emit: (event) => {
      const passing = isPassing(event);
      if (!passing) plain(event);
      if (passing) loading ??= load();
      if (screen === undefined) earlier.push(event);
      else screen.take(event);
    },
    close: async () => {
      await loading;
      screen?.close();
      writeText(stream, '\n');
    },
  };
}

/** Whether an event is only of interest until the next one of the stage. */
function isPassing({ type }: RunEvent): boolean {
  switch (type) {
    case 'stage-waiting':
    case 'stage-saving':
    case 'stage-started':
    case 'stage-progress':
    case 'content-progress':
      return true;
    case 'run-started':
    case 'run-replanned':
    case 'run-stopping':
    case 'stage-log':
    case 'stage-warning':
    case 'stage-retrying':
    case 'stage-finished':
    case 'run-finished':
      return false;
    default:
      return type satisfies never;
  }
}
