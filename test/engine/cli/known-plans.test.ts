import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KnownPlans } from '../../../src/engine/cli/known-plans.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { graphOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const PROJECT = { file: '/p/pipeline.yaml', shown: 'pipeline.yaml', root: '/p', cache: '/p/cache' };
const NOTHING = { set: [] };
const known = { plan: unwrap(graphOf('a:', 'b: a', 'c: a b')), codes: { '/p/a.ts': sha256('a') } };

describe('the stored plan of an earlier run', () => {
  test('a stored plan is found by the next run, unchanged', () => {
    const folder = temporaryFolder();
    new KnownPlans(folder, 'build').keep(PROJECT, 'text', NOTHING, known);
    expect(new KnownPlans(folder, 'build').find(PROJECT, 'text', NOTHING)).toEqual(known);
  });

  test.each<[string, () => Parameters<KnownPlans['find']>, string]>([
    ['another text', () => [PROJECT, 'text # more', NOTHING], 'build'],
    ['a param set', () => [PROJECT, 'text', { set: ['a=1'] }], 'build'],
    ['a profile', () => [PROJECT, 'text', { set: [], profile: 'p' }], 'build'],
    ['the project in another place', () => [{ ...PROJECT, root: '/q' }, 'text', NOTHING], 'build'],
    [
      'another name for the file in messages',
      () => [{ ...PROJECT, shown: '../pipeline.yaml' }, 'text', NOTHING],
      'build',
    ],
    ['another version of the engine', () => [PROJECT, 'text', NOTHING], 'other'],
  ])('a stored plan is not used for %s', (_what, asked, build) => {
    const folder = temporaryFolder();
    new KnownPlans(folder, 'build').keep(PROJECT, 'text', NOTHING, known);
    expect(new KnownPlans(folder, build).find(...asked())).toBeUndefined();
  });

  test('a corrupted stored plan is ignored', () => {
    const folder = temporaryFolder();
    const plans = new KnownPlans(folder, 'build');
    plans.keep(PROJECT, 'text', NOTHING, known);
    const file = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"inputs"', '"inqits"'));
    expect(plans.find(PROJECT, 'text', NOTHING)).toBeUndefined();
  });
});
