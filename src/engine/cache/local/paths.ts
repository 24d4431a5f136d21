import { join } from 'node:path';
import type { ActionKey, Digest } from '../../fingerprint/digest.ts';

/** Knows the layout of a cache directory. */
export class CachePaths {
  /** The cache directory, absolute. */
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  object(digest: Digest): string {
    return join(this.root, 'objects', digest.slice(0, 2), digest.slice(2));
  }

  action(key: ActionKey): string {
    return join(this.root, 'actions', key.slice(0, 2), `${key.slice(2)}.json`);
  }

  workspace(key: ActionKey): string {
    return join(this.root, 'work', key);
  }

  run(id: string): string {
    return join(this.root, 'runs', `${id}.json`);
  }

  get logs(): string {
    return join(this.root, 'logs');
  }

  /** The folder with what the stages of a run have printed. */
  logsOf(run: string): string {
    return join(this.logs, run);
  }

  /** The folder with what was handed to schedulers. */
  get jobs(): string {
    return join(this.root, 'jobs');
  }

  /** The folder with a frozen plan and the output of its jobs. */
  jobsOf(name: string): string {
    return join(this.jobs, name);
  }

  get roots(): string {
    return join(this.root, 'roots');
  }

  /** The file with what a variant of a project needs. */
  need(id: Digest): string {
    return join(this.roots, `${id}.json`);
  }

  get lastFolder(): string {
    return join(this.root, 'index', 'last');
  }

  last(stage: string): string {
    // The names of matrix stages contain matrix values, which may have slashes.
    return join(this.lastFolder, `${encodeURIComponent(stage)}.json`);
  }
}
