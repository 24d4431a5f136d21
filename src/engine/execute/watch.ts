import type { WatchOutput } from '../cache/results.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { Content, Emit } from './events.ts';
import type { StageMessage } from './executor.ts';

/** Emits the progress of work on the outputs of a stage. */
export function watchOutputs(stage: string, emit: Emit): WatchOutput {
  return (name) => (progress) => emit({ type: 'content-progress', stage, content: { kind: 'output', name }, progress });
}

/** Returns who watches the work on an input or output. */
export type Watcher = (kind: Content['kind']) => (name: string) => Watch;

/** Sends the progress of work on the inputs and outputs of a stage that is performed. */
export function watcher(onMessage: (message: StageMessage) => void): Watcher {
  return (kind) => (name) => (progress) => onMessage({ type: 'content-progress', content: { kind, name }, progress });
}
