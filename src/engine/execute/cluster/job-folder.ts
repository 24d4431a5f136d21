import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { namesIn } from '../../../shared/files.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readText } from '../../../shared/read-file.ts';
import { CachePaths } from '../../cache/local/paths.ts';
import { quietly } from '../../cache/local/quietly.ts';
import { writing } from '../../cache/local/writing.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import type { Roots } from '../roots.ts';
import { type FrozenPlan, type FrozenText, thaw } from './frozen-plan.ts';
import { readJobMessage } from './read-job-message.ts';
import { outputOf } from './scheduler.ts';

/** Knows the folder in a cache that has a frozen plan and the output of its jobs. */
export class JobFolder {
  readonly #cache: string;
  readonly path: string;

  /** @param cache the cache directory, absolute. */
  constructor(cache: string, digest: string) {
    this.#cache = cache;
    this.path = new CachePaths(cache).jobsOf(folderNameOf(digest));
  }

  /** Returns the file with the output of a job. */
  log(label: string): string {
    return join(this.path, `${label}.log`);
  }

  /** Whether a job has printed that it ended, and has not begun again: a scheduler may list it as running for longer. */
  saysEnded(label: string, task: number | undefined): boolean {
    const text = readText(outputOf({ output: this.log(label) }, task), 'log');
    const messages = text.ok ? text.value.split('\n').map(readJobMessage) : [];
    const last = messages.findLast(({ type }) => type === 'began' || type === 'ended');
    return last?.type === 'ended' && !(last.end.outcome === 'stopped' && last.end.requeued);
  }

  /** Deletes what an earlier job has printed. */
  forget(label: string, task: number | undefined): void {
    quietly(() => rmSync(outputOf({ output: this.log(label) }, task), { force: true }));
  }

  /** Writes the plan, unless it is there. One that is corrupted is replaced. */
  write({ text }: FrozenText): Result<void> {
    const path = join(this.path, 'plan.json');
    const known = readText(path, 'frozenPlan');
    if (known.ok && known.value === text) return success(undefined);
    return writing(this.#cache, () => writeAtomically(path, text));
  }
}

/** Reads a frozen plan from a cache. `digest` may be any text. */
export function readFrozenPlan(roots: Roots, digest: string): Result<FrozenPlan> {
  const read = frozenTextIn(roots, digest);
  return read.ok ? success(read.value.plan) : read;
}

/** Like `readFrozenPlan`, with the text of the plan. */
export function frozenTextIn(
  roots: Roots,
  digest: string,
): Result<{ readonly plan: FrozenPlan; readonly text: FrozenText }> {
  const jobs = new CachePaths(roots.cache).jobs;
  // A network file system may remember that a name was not there; it looks again when its folder is read.
  const name = folderNameOf(digest);
  const path = join(jobs, name, 'plan.json');
  const text = namesIn(jobs).includes(name) ? readText(path, 'frozenPlan') : undefined;
  const plan = text?.ok ? thaw(text.value, digest, roots) : undefined;
  if (plan !== undefined && text?.ok) return success({ plan, text: { digest: digest as Digest, text: text.value } });
  const fault = text === undefined ? 'there is no such plan in the cache' : 'the plan in the cache is corrupted';
  return problem(fault, {
    at: { file: path },
    advice: 'Run the pipeline again, which submits its stages again.',
  });
}

/** Users of one cache may submit the same plan, and their jobs must not write into the same files. */
function folderNameOf(digest: string): string {
  return [digest, process.getuid?.() ?? []].flat().join('-');
}

/** The name of the jobs of a frozen plan: what a scheduler shows, and how they are found again. */
export function jobName(digest: Digest): string {
  return `pipeline-${digest.slice(0, 16)}`;
}
