import { describe, expect, test } from 'vitest';
import { groupJobs, placesIn } from '../../../../src/engine/execute/cluster/places.ts';
import type { Plan } from '../../../../src/engine/plan/plan.ts';
import { planOf } from '../../../support/plan.ts';
import { unwrap } from '../../../support/result.ts';

const EXECUTORS = 'executors: { cluster: { type: slurm } }\n';

/** A pipeline whose stages are all for the cluster: `split` → `train` (seeds) → `score` (seeds) → `collect`. */
function seeds(count: number): Plan {
  const values = [...Array(count).keys()].join(', ');
  const text = `${EXECUTORS}stages:
  split: { module: split.ts, executor: cluster }
  train:
    module: train.ts
    executor: cluster
    matrix: { seed: [${values}] }
    inputs: { data: split.data }
    params: { seed: "\${matrix.seed}" }
  score:
    module: score.ts
    executor: cluster
    matrix: { seed: [${values}] }
    inputs: { model: train.model, data: split.data }
    params: { seed: "\${matrix.seed}" }
  collect: { module: collect.ts, executor: cluster, inputs: { scores: score.score } }
  here: { module: split.ts }
`;
  const params = { type: 'object', properties: { seed: { type: 'number' } } } as const;
  return unwrap(
    planOf(text, {
      'split.ts': { inputs: [], outputs: ['data'] },
      'train.ts': { inputs: ['data'], outputs: ['model'], params },
      'score.ts': { inputs: ['model', 'data'], outputs: ['score'], params },
      'collect.ts': { inputs: ['scores[]'], outputs: ['table'] },
    }),
  );
}

function groupsOf(plan: Plan, isDue: (stage: string) => boolean = () => true) {
  const places = placesIn(plan, 'cluster', true);
  const due = plan.stages.filter(({ name }) => places.has(name) && isDue(name));
  const names = new Set(due.map(({ name }) => name));
  return groupJobs(due, (name) => (names.has(name) ? places.get(name) : undefined)).map(
    ({ stages, after, sameIndex }) => ({ stages: stages.map(({ stage }) => stage.name), after, sameIndex }),
  );
}

describe('the jobs of a plan', () => {
  test('are arrays of the instances of a matrix, whose tasks wait for the tasks with the same index', () => {
    const plan = seeds(3);
    const train = placesIn(plan, 'cluster', true).get('train@seed=0')?.label;
    expect(groupsOf(plan)).toEqual([
      { stages: ['split'], after: [], sameIndex: [] },
      { stages: ['train@seed=0', 'train@seed=1', 'train@seed=2'], after: ['split'], sameIndex: [] },
      { stages: ['score@seed=0', 'score@seed=1', 'score@seed=2'], after: ['split'], sameIndex: [train] },
      { stages: ['collect'], after: ['score@seed=0', 'score@seed=1', 'score@seed=2'], sameIndex: [] },
    ]);
  });

  test('are split where some of the tasks wait for nothing, since what they read is cached', () => {
    expect(groupsOf(seeds(3), (name) => !['split', 'train@seed=1', 'collect'].includes(name))).toEqual([
      { stages: ['train@seed=0', 'train@seed=2'], after: [], sameIndex: [] },
      { stages: ['score@seed=1'], after: [], sameIndex: [] },
      { stages: ['score@seed=0', 'score@seed=2'], after: [], sameIndex: [expect.stringMatching(/^a\d+$/)] },
    ]);
  });

  test('have the same places whatever is cached, so that a second runner finds them', () => {
    const places = placesIn(seeds(3), 'cluster', true);
    expect(placesIn(seeds(3), 'cluster', true)).toEqual(places);
    expect(places.has('here'), 'runs on this machine').toBe(false);
    expect(places.get('train@seed=2')).toEqual({ label: places.get('train@seed=0')?.label, task: 2 });
  });

  test('are several arrays of at most 1000 tasks, as many as Slurm takes by default', () => {
    const places = [...placesIn(seeds(1001), 'cluster', true)].filter(([name]) => name.startsWith('train'));
    expect(places.filter(([, { task }]) => task === 0)).toHaveLength(2);
    expect(Math.max(...places.map(([, { task = -1 }]) => task))).toBe(999);
  });

  test('are single jobs where the scheduler has no arrays', () => {
    const places = [...placesIn(seeds(2), 'cluster', false).values()];
    expect(places.every(({ task }) => task === undefined)).toBe(true);
    expect(new Set(places.map(({ label }) => label)).size).toBe(places.length);
  });
});
