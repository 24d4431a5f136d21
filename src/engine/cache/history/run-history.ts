import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNumbers } from '../../../shared/non-finite.ts';
import { fromChecksummed } from '../local/checksummed.ts';
import type { RunRecord } from '../records.ts';

/** Reads the records of past runs in a cache directory. A run id begins with its time, so it reads few records. */
export class RunHistory {
  readonly #directory: string;

  constructor(cache: string) {
    this.#directory = join(cache, 'runs');
  }

  /** Returns the ids of all runs, newest first. */
  ids(): readonly string[] {
    try {
      const names = readdirSync(this.#directory).filter((name) => name.endsWith('.json'));
      return names.map((name) => name.slice(0, -'.json'.length)).sort((a, b) => (a < b ? 1 : -1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Returns the record of a run; nothing if it is absent or corrupted. */
  read(id: string): RunRecord | undefined {
    try {
      const record = fromChecksummed<RunRecord>(readFileSync(this.pathOf(id), 'utf8'));
      if (record === undefined || !isRun(record, id)) return undefined;
      return {
        ...record,
        stages: record.stages.map((stage) => ({ ...stage, metrics: readNumbers(stage.metrics ?? {}) })),
      };
    } catch {
      return undefined;
    }
  }

  /** Returns up to `most` valid records, newest first. */
  newest(most: number): readonly RunRecord[] {
    const found: RunRecord[] = [];
    for (const id of this.ids()) {
      if (found.length >= most) break;
      const record = this.read(id);
      if (record !== undefined) found.push(record);
    }
    return found;
  }

  pathOf(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}

function isRun({ run, started, seconds, ok, stages }: Partial<RunRecord>, id: string): boolean {
  return (
    run === id &&
    typeof started === 'string' &&
    !Number.isNaN(Date.parse(started)) &&
    typeof seconds === 'number' &&
    typeof ok === 'boolean' &&
    Array.isArray(stages) &&
    stages.every((stage) => typeof stage?.name === 'string' && typeof stage.outcome === 'string')
  );
}

/** Returns how a run ended. A run that was not ok and has no failed stage was interrupted. */
export function verdictOn({ ok, stages }: RunRecord): 'ok' | 'failed' | 'interrupted' {
  if (ok) return 'ok';
  return stages.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'interrupted';
}

/** The result of looking up a run. */
export type FoundRun =
  | { readonly kind: 'found'; readonly run: RunRecord }
  | { readonly kind: 'damaged'; readonly id: string }
  | { readonly kind: 'none'; readonly runs: number }
  | { readonly kind: 'several'; readonly ids: readonly string[] };

/** Finds the run that a text names: `latest`, `latest~2`, an id or a unique prefix of one. */
export function findRun(text: string, history: RunHistory): FoundRun {
  const latest = /^latest(?:~(\d+))?$/.exec(text);
  if (latest !== null) {
    const back = Number(latest[1] ?? 0);
    const newest = history.newest(back + 1);
    const run = newest[back];
    return run === undefined ? { kind: 'none', runs: newest.length } : { kind: 'found', run };
  }
  const ids = history.ids();
  const matching = ids.includes(text) ? [text] : ids.filter((id) => id.startsWith(text));
  const [id] = matching;
  if (id === undefined || text === '') return { kind: 'none', runs: ids.length };
  if (matching.length > 1) return { kind: 'several', ids: matching };
  const run = history.read(id);
  return run === undefined ? { kind: 'damaged', id } : { kind: 'found', run };
}
