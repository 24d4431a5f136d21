import type { Extensions } from '../../shared/extensions/extensions.ts';
import type { Overlays } from '../plan/overlay.ts';

/** The installed engine: the paths of its built files, and the registered extensions. */
export interface Engine {
  readonly host: string;
  readonly stageApi: string;
  readonly hashWorker: string;
  /** Identifies this build. */
  readonly build: string;
  readonly extensions: Extensions;
}

/** The options that every command accepts. */
export interface CommonOptions extends Overlays {
  readonly file?: string;
  readonly cache?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly jobs?: number;
  /** The address of the remote cache. */
  readonly remote?: string;
  /** Whether to do without the remote cache. */
  readonly offline?: boolean;
  /** Whether to upload results, as far as the pipeline file allows it. Only commands that compute some have this option. */
  readonly upload?: boolean;
  readonly engine: Engine;
}
