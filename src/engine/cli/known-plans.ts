import { hash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../shared/json.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { readIndexFile, writeIndexFile } from '../fingerprint/index-file.ts';
import type { Lists } from '../plan/lists.ts';
import type { Overlays } from '../plan/overlay.ts';
import type { Plan } from '../plan/plan.ts';
import { planFromJson, planToJson } from '../plan/plan-json.ts';
import type { Project } from './project.ts';

/** Module (absolute) → digest of its code and its packages. */
type CodeDigests = Readonly<Record<string, Digest>>;

export interface KnownPlan {
  readonly codes: CodeDigests;
  readonly plan: Plan;
}

/** What a plan depends on besides the text of the pipeline file and the code. */
interface Asked extends Overlays {
  /** What is known of the values of matrices. */
  readonly lists?: Lists;
}

const KIND = 'plan-5';
/** The maximum number of stored plans. There is one for each combination of profile and `--set`. */
const MAX_COUNT = 50;

/**
 * Plans of earlier runs. A plan depends only on the text of the pipeline file, the profile and `--set` values of the
 * command line, the values of matrices that stages put out, and the code of the stages. While these are unchanged, the stored plan is valid, and neither YAML nor
 * schemas have to be read.
 */
export class KnownPlans {
  readonly #directory: string | undefined;
  readonly #build: string;

  /** `directory`: where plans are kept, if they are. `build` identifies this build of the engine. */
  constructor(directory: string | undefined, build: string) {
    this.#directory = directory;
    this.#build = build;
  }

  find(project: Project, text: string, overlays: Asked): KnownPlan | undefined {
    const known = readIndexFile(this.#pathOf(project, text, overlays), KIND);
    if (known === undefined) return undefined;
    const { codes, plan } = JSON.parse(known) as { codes: CodeDigests; plan: Json };
    return { codes, plan: planFromJson(plan) };
  }

  keep(project: Project, text: string, overlays: Asked, { codes, plan }: KnownPlan): void {
    this.#makeRoom();
    writeIndexFile(this.#pathOf(project, text, overlays), KIND, JSON.stringify({ codes, plan: planToJson(plan) }));
  }

  #pathOf({ shown, root }: Project, text: string, { profile, set, lists = new Map() }: Asked): string | undefined {
    const asked = JSON.stringify([this.#build, root, shown, text, profile ?? null, set, ...lists]);
    return this.#directory && join(this.#directory, `${hash('sha256', asked)}.json`);
  }

  #makeRoom(): void {
    const directory = this.#directory;
    if (directory === undefined) return;
    try {
      const names = readdirSync(directory);
      if (names.length >= MAX_COUNT) for (const name of names) rmSync(join(directory, name), { force: true });
    } catch {
      // The directory does not exist yet, or is not writable.
    }
  }
}
