import type { Place } from '../../shared/problem.ts';
import type { AttemptLog, Logs } from '../cache/stores.ts';
import type { StageEnd, StageMessage } from './executor.ts';
import { type FailureReason, withCauses } from './failure.ts';

/** Keeps what the attempts to run a stage print, and how each of them ended. */
export class StageLog {
  readonly #logs: Logs;
  readonly #run: string;
  readonly #stage: string;
  #attempt: AttemptLog | undefined;

  constructor(logs: Logs, run: string, stage: string) {
    this.#logs = logs;
    this.#run = run;
    this.#stage = stage;
  }

  note(message: StageMessage): void {
    if (message.type === 'started') this.#attempt = this.#logs.begin(this.#run, this.#stage);
    else if (message.type === 'log') this.#attempt?.add(message.source ?? 'log', message.message);
  }

  /** Ends the log of an attempt. Does nothing if it has not started. */
  end(end: StageEnd): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (end.type === 'succeeded') attempt?.end('succeeded');
    else if (end.type === 'cached') attempt?.end('succeeded');
    else if (end.type === 'failed') attempt?.end('failed', fullText(end.failure));
    else attempt?.end('interrupted');
  }
}

/** Describes why an attempt failed, with the stack of an error. */
function fullText(reason: FailureReason): string {
  switch (reason.kind) {
    case 'threw':
      return reason.stack === '' ? withCauses(reason) : reason.stack;
    case 'crashed':
      return `the process ${reason.how}`;
    case 'out-of-memory':
      return `used ${reason.used} bytes of memory, more than the ${reason.limit} bytes that it declares`;
    case 'timed-out':
      return `stopped after its timeout of ${reason.seconds} s`;
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
    case 'job':
      return reason.problems
        .map(({ at, message }) => (at === undefined ? '' : `${placeText(at)}: `) + message)
        .join('\n');
    case 'difference':
      return 'the result differs from the lockfile';
    default:
      return reason satisfies never;
  }
}

function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
