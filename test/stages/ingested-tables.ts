import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';

/** Ingests a data set and returns its samples, sorted, each as `file task label`. */
export async function samplesOf(
  root: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const { failure, outputs } = await ingestOf(root, params);
  expect(failure).toBeUndefined();
  const { samples } = unwrap(await readSamples(outputs.samples ?? ''));
  return samples.map(({ file, task, label }) => `${file} ${task} ${label}`).toSorted();
}

/** Ingests a data set and returns the tasks of the output `tasks`. */
export async function tasksOf(root: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const { outputs } = await ingestOf(root, params);
  return JSON.parse(readFileSync(outputs.tasks ?? '', 'utf8')).tasks;
}
