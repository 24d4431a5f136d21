import { join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import { parseHandle } from '../../../shared/holder.ts';
import { readNumbers } from '../../../shared/non-finite.ts';
import { readRecord } from '../local/record-file.ts';
import { isCommandRunning } from '../local/use-marker.ts';
import { isRunRecord } from '../record-shape.ts';
import type { RunRecord, StageOutcomeRecord } from '../records.ts';

/** The parts of a stage that records of earlier versions lack. */
const EMPTY = { seconds: 0, reasons: [], outputs: {} };

/** Reads the records of past runs in a cache directory. A run id begins with its time, so it reads few records. */
export class RunHistory {
  readonly #cache: string;
  readonly #directory: string;
  readonly #isWanted: (run: RunRecord) => boolean;

  /** @param isWanted which runs count as the newest ones: several pipelines may share a cache. */
  constructor(cache: string, isWanted: (run: RunRecord) => boolean = () => true) {
    this.#cache = cache;
    this.#directory = join(cache, 'runs');
    this.#isWanted = isWanted;
  }

  /** Returns the ids of all runs, newest first. */
  ids(): readonly string[] {
    const names = namesIn(this.#directory).filter((name) => name.endsWith('.json'));
    return names.map((name) => name.slice(0, -'.json'.length)).sort((a, b) => (a < b ? 1 : -1));
  }

  /** Returns the record of a run; nothing if it is absent or corrupted. */
  read(id: string): RunRecord | undefined {
    const record = readRecord<RunRecord>(this.pathOf(id), 'runRecord');
    if (record === undefined || !isRunRecord(record, id)) return undefined;
    const stages = record.stages.map((stage) => ({ ...EMPTY, ...stage, metrics: readNumbers(stage.metrics ?? {}) }));
    const { holder, ...rest } = record;
    if (holder === undefined) return { ...rest, stages };
    if (this.#isRunning(holder)) return { ...rest, holder, stages };
    return { ...rest, isKilled: true, stages: stages.map(asKilled) };
  }

  #isRunning(holder: string): boolean {
    const handle = parseHandle(holder);
    return handle !== undefined && isCommandRunning(this.#cache, handle);
  }

  /** Returns whether a run is one of those that count, or has no record that could tell. */
  mayCount(id: string): boolean {
    const record = this.read(id);
    return record === undefined || this.#isWanted(record);
  }

  /** Returns up to `most` valid records of those that count, newest first. */
  newest(most: number): readonly RunRecord[] {
    const found: RunRecord[] = [];
    for (const id of this.ids()) {
      if (found.length >= most) break;
      const record = this.read(id);
      if (record !== undefined && this.#isWanted(record)) found.push(record);
    }
    return found;
  }

  pathOf(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}

/** The runner was killed, and could not say how its stages ended. */
function asKilled(stage: StageOutcomeRecord): StageOutcomeRecord {
  const outcomes: Readonly<Record<string, string>> = { running: 'killed', waiting: 'cancelled' };
  return { ...stage, outcome: outcomes[stage.outcome] ?? stage.outcome };
}

/** Returns how a run ended. A run that was not ok and has no failed stage was interrupted. */
export function verdictOn(run: RunRecord): 'ok' | 'failed' | 'interrupted' | 'running' | 'killed' {
  const { ok, holder, isKilled, stages } = run;
  if (holder !== undefined) return 'running';
  if (isKilled) return 'killed';
  if (ok) return 'ok';
  return stages.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'interrupted';
}

/** Counts the stages of a run by outcome. */
export function tally({ stages }: RunRecord): {
  readonly ran: number;
  readonly cached: number;
  readonly failed: number;
} {
  const number = (outcome: string) => stages.filter((stage) => stage.outcome === outcome).length;
  return { ran: number('ran'), cached: number('cached'), failed: number('failed') };
}

/** The result of looking up a run. */
export type FoundRun =
  | { readonly kind: 'found'; readonly run: RunRecord }
  | { readonly kind: 'damaged'; readonly id: string }
  | { readonly kind: 'none'; readonly runs: number }
  | { readonly kind: 'several'; readonly ids: readonly string[] };

/** Returns the ids that a text names: the one that it is, or else those of which it is the beginning or the end. */
export function matchingIds(text: string, ids: readonly string[]): readonly string[] {
  if (text === '') return [];
  return ids.includes(text) ? [text] : ids.filter((id) => id.startsWith(text) || id.endsWith(`-${text}`));
}

/**
 * Finds the run that a text names: `latest`, `latest~2`, an id, or a part of one at its beginning or end that no other
 * has.
 */
export function findRun(text: string, history: RunHistory): FoundRun {
  const latest = /^latest(?:~(\d+))?$/.exec(text);
  if (latest !== null) {
    const back = Number(latest[1] ?? 0);
    const newest = history.newest(back + 1);
    const run = newest[back];
    return run === undefined ? { kind: 'none', runs: newest.length } : { kind: 'found', run };
  }
  const ids = history.ids();
  const matching = matchingIds(text, ids);
  const [id] = matching;
  if (id === undefined) return { kind: 'none', runs: ids.length };
  if (matching.length > 1) return { kind: 'several', ids: matching };
  const run = history.read(id);
  return run === undefined ? { kind: 'damaged', id } : { kind: 'found', run };
}
