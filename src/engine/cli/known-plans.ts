import { hash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../shared/json.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { readIndexFile, writeIndexFile } from '../fingerprint/index-file.ts';
import type { Overlays } from '../plan/overlay.ts';
import type { Plan } from '../plan/plan.ts';
import { planFromJson, planToJson } from '../plan/plan-json.ts';
import type { Project } from './project.ts';

/** Module (absolute) → digest of its code. */
type CodeDigests = Readonly<Record<string, Digest>>;

export interface KnownPlan {
  readonly codes: CodeDigests;
  readonly plan: Plan;
}

const KIND = 'plan-1';
/** One for each way of laying params over the file; more are of no use and only take room. */
const MOST = 50;

/**
 * Plans as earlier runs made them. Planning depends on nothing but the text of the pipeline file, what a command line
 * lays over it, and the code of the stages: while these are the same, so is the plan, and neither YAML nor schemas have
 * to be read.
 */
export class KnownPlans {
  readonly #directory: string;
  readonly #build: string;

  /** `build` tells this version of the engine from others. */
  constructor(directory: string, build: string) {
    this.#directory = directory;
    this.#build = build;
  }

  find(project: Project, text: string, overlays: Overlays): KnownPlan | undefined {
    const known = readIndexFile(this.#pathOf(project, text, overlays), KIND);
    if (known === undefined) return undefined;
    const { codes, plan } = JSON.parse(known) as { codes: CodeDigests; plan: Json };
    return { codes, plan: planFromJson(plan) };
  }

  keep(project: Project, text: string, overlays: Overlays, { codes, plan }: KnownPlan): void {
    this.#makeRoom();
    writeIndexFile(this.#pathOf(project, text, overlays), KIND, JSON.stringify({ codes, plan: planToJson(plan) }));
  }

  #pathOf({ shown, root }: Project, text: string, { profile, set }: Overlays): string {
    const asked = JSON.stringify([this.#build, root, shown, text, profile ?? null, set]);
    return join(this.#directory, `${hash('sha256', asked)}.json`);
  }

  #makeRoom(): void {
    try {
      const names = readdirSync(this.#directory);
      if (names.length >= MOST) for (const name of names) rmSync(join(this.#directory, name), { force: true });
    } catch {
      // There is no such directory yet, or it may not be written.
    }
  }
}
