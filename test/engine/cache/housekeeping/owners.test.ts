import { describe, expect, test } from 'vitest';
import { findOwners, type Ownership } from '../../../../src/engine/cache/housekeeping/owners.ts';
import { type FoundRoot, projectId } from '../../../../src/engine/cache/local/roots.ts';
import type { RunRecord } from '../../../../src/engine/cache/records.ts';
import type { ActionKey } from '../../../../src/engine/fingerprint/digest.ts';
import { describeOwner } from '../../../../src/engine/report/owners.ts';

const DAY = 86_400_000;
const HERE = { host: 'node-1', file: '/app/pipeline.yaml', pipeline: 'mine' };

/** A root that needs one key, last used on the given day. */
function root(key: string, day: number, more: Partial<FoundRoot> = {}): FoundRoot {
  const lastUsed = new Date(day * DAY).toISOString();
  const stages = { stage: key as ActionKey };
  return {
    ...HERE,
    branch: 'main',
    profile: null,
    set: false,
    lastUsed,
    stages,
    whole: {},
    id: key,
    path: key,
    ...more,
  };
}

function run(key: string, project?: string): RunRecord {
  const stages = [{ name: 'stage', key }];
  return { run: key, pipeline: 'mine', ...(project !== undefined && { project }), stages } as unknown as RunRecord;
}

function found(roots: readonly FoundRoot[], runs: readonly RunRecord[] = [], more: Partial<Ownership> = {}) {
  const { owners, ownRuns, ended } = findOwners(roots, runs, {
    place: HERE,
    isCurrent: ({ branch, profile }) => branch === 'main' && profile === null,
    keepRuns: 2,
    usedSince: 10 * DAY,
    released: new Set(),
    ...more,
  });
  return {
    kept: owners.flatMap(({ keys }) => [...keys]).sort(),
    ownRuns: [...ownRuns].sort(),
    ended: ended.map(({ id }) => id),
  };
}

describe('the owners of results', () => {
  test('are other projects, and other branches and profiles of this one, but not experiments with --set', () => {
    const roots = [
      root('current', 20),
      root('branch', 20, { branch: 'feature' }),
      root('profile', 20, { profile: 'big' }),
      root('experiment', 20, { set: true }),
      root('other file', 20, { file: '/app/other.yaml' }),
      root('other host', 20, { host: 'node-2' }),
      // Two containers may have the same host name and the same paths.
      root('other pipeline', 20, { pipeline: 'theirs' }),
      root('experiment of another', 20, { pipeline: 'theirs', set: true }),
    ];
    const kept = ['branch', 'experiment of another', 'other file', 'other host', 'other pipeline', 'profile'];
    expect(found(roots)).toEqual({ kept, ownRuns: [], ended: [] });
  });

  test('include this project as it was last run if its pipeline file cannot be read', () => {
    const { pipeline: _, ...place } = HERE;
    const unread = { place, isCurrent: () => false };
    expect(found([root('last', 20), root('experiment', 20, { set: true })], [], unread).kept).toEqual(['last']);
  });

  test('count until they have not been used for long or are released, except the project itself', () => {
    const old = root('old', 9, { host: 'node-2' });
    const young = root('young', 11, { host: 'node-2', branch: 'other' });
    const mine = root('mine', 1);
    expect(found([old, young, mine])).toMatchObject({ kept: ['young'], ended: ['old'] });
    const released = new Set([projectId(old)]);
    expect(found([old, young, mine], [], { released })).toMatchObject({ kept: [], ended: ['old', 'young'] });
  });

  test('have their own last runs, as long as they count', () => {
    const theirs = root('last', 20, { host: 'node-2' });
    const [ours, other] = [projectId(HERE), projectId(theirs)];
    const runs = [
      ...['o1', 'o2', 'o3'].map((key) => run(key, ours)),
      ...['t1', 't2', 't3'].map((key) => run(key, other)),
      ...['e1', 'e2', 'e3'].map((key) => run(key)),
    ];
    const ownRuns = ['e1', 'e2', 'o1', 'o2'];
    expect(found([theirs], runs)).toEqual({ kept: ['last', 't1', 't2'], ownRuns, ended: [] });
    expect(found([], runs)).toEqual({ kept: [], ownRuns, ended: [] });
  });
});

test('names from a shared cache are printed without control characters', () => {
  expect(describeOwner({ host: 'a\u001b[31m', file: '/b\n', pipeline: 'c\u0007' })).toBe('c· (/b· on a·[31m)');
});
