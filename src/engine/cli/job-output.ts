import { writeJson, writeText } from '../../shared/text/output.ts';
import { type JobMessage, toJobLine } from '../execute/cluster/job-messages.ts';
import { toEvent } from '../execute/stage-events.ts';
import { describeFailure } from '../report/failures.ts';
import { plainReporter } from '../report/plain.ts';
import { openConsole } from './console.ts';
import type { CommonOptions } from './options.ts';

/** Prints how the stage of a job goes, for the runner that follows the job. */
export function printForRunner(message: JobMessage): void {
  writeJson(process.stdout, toJobLine(message));
}

/** Returns what prints how the stage of a job goes, for people who read the log of the job. */
export function printForPeople(stage: string, options: CommonOptions): (message: JobMessage) => void {
  const console = openConsole(options);
  const { paint, print } = console;
  const report = plainReporter((text) => writeText(process.stdout, text), paint);
  return (message) => {
    switch (message.type) {
      case 'began':
        print(`${stage} · on ${message.host}`);
        return;
      case 'ended':
        break;
      default:
        return report(toEvent(message, stage, []));
    }
    const { end } = message;
    if (end.outcome === 'failed') {
      const result = { name: stage, seconds: 0, reasons: [], outcome: 'failed', failure: end.failure } as const;
      return print(describeFailure(result, { ...console, stack: false, log: undefined }));
    }
    const texts = { ran: 'has run', cached: 'was in the cache', stopped: 'was stopped' };
    print(`${paint(end.outcome === 'stopped' ? 'yellow' : 'green', '•')} ${stage} ${texts[end.outcome]}`);
  };
}
