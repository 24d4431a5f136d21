import type { ActionKey } from '../../fingerprint/digest.ts';
import type { RunEvent, StageResult } from '../events.ts';
import type { StageMessage } from '../executor.ts';
import type { FailureReason } from '../failure.ts';

/** How a job says that its stage ended. The record under the key is in the stores. */
export type JobEnd =
  | { readonly outcome: 'ran' | 'cached'; readonly key: ActionKey }
  /** `isFinal`: whether the job has retried it as often as it may be. `retries`: how often it has. */
  | {
      readonly outcome: 'failed';
      readonly failure: FailureReason;
      readonly isFinal: boolean;
      readonly retries?: number;
    }
  /** It was stopped, and what it has saved is kept. `requeued`: whether it is in the queue again. */
  | { readonly outcome: 'stopped'; readonly requeued: boolean };

/** What a job prints, one line each, among whatever else its output has. */
export type JobMessage =
  | StageMessage
  /** The job has begun, perhaps not for the first time. */
  | { readonly type: 'began'; readonly host: string }
  | { readonly type: 'ended'; readonly end: JobEnd };

/** Begins each line with a message, so that a line of a shell or a scheduler is not taken for one. */
export const JOB_MARK = '{"pipeline":"job",';

/** Returns what a job prints as a line of JSON. */
export function toJobLine(message: JobMessage): object {
  return { pipeline: 'job', message };
}

/** Returns what a job says of an event of its stage; nothing if that is known otherwise. */
export function toJobMessage(event: RunEvent): StageMessage | undefined {
  switch (event.type) {
    case 'stage-started':
      return { type: 'started' };
    case 'stage-waiting':
      return { type: 'waiting', for: event.for, holder: event.holder };
    case 'stage-log':
      return { type: 'log', message: event.message, source: event.source };
    case 'stage-progress':
      return { type: 'progress', progress: event.progress };
    case 'content-progress':
      return { type: 'content-progress', content: event.content, progress: event.progress };
    case 'stage-saving':
      return { type: 'saving', seconds: event.seconds };
    case 'stage-warning':
      return { type: 'warning', problem: event.problem };
    case 'stage-retrying': {
      const { stage: _, ...retrying } = event;
      return { ...retrying, type: 'retrying' };
    }
    case 'run-started':
    case 'run-replanned':
    case 'run-stopping':
    case 'run-finished':
    case 'stage-finished':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Returns how a job says that its stage had this result. */
export function toJobEnd(result: StageResult): JobEnd {
  switch (result.outcome) {
    case 'ran':
    case 'cached':
      return { outcome: result.outcome, key: result.key };
    case 'failed':
      return { outcome: 'failed', failure: result.failure, isFinal: true, retries: result.tries ?? 0 };
    case 'cancelled':
      return { outcome: 'stopped', requeued: false };
    case 'blocked':
    case 'would-run':
      throw new Error(`a job of ${result.name} cannot end as ${result.outcome}`);
    default:
      return result satisfies never;
  }
}
