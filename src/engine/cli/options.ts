import type { Extensions } from '../../shared/extensions/extensions.ts';
import type { Overlays } from '../plan/overlay.ts';

/** The engine as it is installed: where its own built files lie, and what it is told of packages and artifacts. */
export interface Engine {
  readonly host: string;
  readonly stageApi: string;
  readonly hashWorker: string;
  /** Tells this build from others. */
  readonly build: string;
  readonly extensions: Extensions;
}

/** What every command takes. */
export interface CommonOptions extends Overlays {
  readonly file?: string;
  readonly cache?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly jobs?: number;
  readonly engine: Engine;
}
