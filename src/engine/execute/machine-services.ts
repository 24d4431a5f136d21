import type { MachineClass } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import type { RecordedDocument } from '../fingerprint/action-key.ts';
import type { LinkedFiles } from '../fingerprint/linked-files.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Launcher } from './launch.ts';
import type { Roots } from './roots.ts';

/** What the machine that executes a request provides. */
export interface MachineServices {
  readonly roots: Roots;
  readonly stores: Pick<Stores, 'actions' | 'contents'>;
  /** Computes the digests of input paths. */
  readonly paths: Trees;
  /** Keeps the digests of contents (absolute paths) valid while they are hard-linked, if the store supports that. */
  readonly linkable?: (contents: readonly string[]) => Promise<LinkedFiles>;
  /** Returns the class of this machine for results with such a key. `environment`: what the stage is given of it. */
  readonly machineClass?: (document: RecordedDocument, environment: NodeJS.ProcessEnv) => MachineClass | undefined;
  /** The main module of a stage's process, and the target of `import … from 'pipeline'` in it. Absolute. */
  readonly host: string;
  readonly stageApi: string;
  /** A stage gets only the variables of it that any process needs, and those that it declares. */
  readonly environment: NodeJS.ProcessEnv;
  /** Changes how stages are started, if they are started in another way than usual. */
  readonly launcher?: Launcher;
}
