import type { RunEvent } from './events.ts';
import type { StageMessage } from './executor.ts';

/** Returns the event for a message of an executor about a stage. */
export function toEvent(message: StageMessage, stage: string, reasons: readonly string[]): RunEvent {
  switch (message.type) {
    case 'started':
      return { type: 'stage-started', stage, reasons };
    case 'waiting':
      return { type: 'stage-waiting', stage, for: message.for, holder: message.holder };
    case 'log':
      return { type: 'stage-log', stage, message: message.message, source: message.source ?? 'log' };
    case 'progress':
      return { type: 'stage-progress', stage, progress: message.progress };
    case 'content-progress':
      return { ...message, stage };
    case 'saving':
      return { type: 'stage-saving', stage, seconds: message.seconds };
    case 'warning':
      return { type: 'stage-warning', stage, problem: message.problem };
    case 'retrying':
      return { ...message, type: 'stage-retrying', stage };
    default:
      return message satisfies never;
  }
}
