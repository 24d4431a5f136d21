import type { WatchOutput } from '../cache/results.ts';
import type { Emit } from './events.ts';

/** Emits the progress of work on the outputs of a stage. */
export function watchOutputs(stage: string, emit: Emit): WatchOutput {
  return (name) => (progress) => emit({ type: 'content-progress', stage, content: { kind: 'output', name }, progress });
}
