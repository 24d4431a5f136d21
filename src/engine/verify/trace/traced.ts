import { join } from 'node:path';
import type { Launch, LaunchedStage } from '../../execute/launch.ts';

/** A process of a stage that was traced. */
export interface Traced {
  readonly stage: LaunchedStage;
  /** How it would have been started without the trace. */
  readonly launch: Launch;
  /** The folder of the files of the trace. Absolute. */
  readonly folder: string;
}

/** Returns the paths of the files of a trace in its folder. */
export function filesIn(folder: string) {
  return {
    log: join(folder, 'system-calls.log'),
    notes: join(folder, 'notes.jsonl'),
    /** A module that starts the hook. */
    preload: join(folder, 'preload.cjs'),
  };
}
