import { expect, test } from 'vitest';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

test.each([
  ['{ gpu: 1 }', ['gpu']],
  ['{ cpu: 1 }', ['plain', 'large', 'gpu']],
  ['{ cpu: 4 }', ['large']],
  ['{ memory: 1GB }', ['large']],
  ['{ gpu: 1, cpu: 4 }', ['large', 'gpu']],
])('an executor that takes %s runs %j', (takes, expected) => {
  const plan = unwrap(
    planOf(
      `executors: { cluster: { type: slurm, takes: ${takes} } }
stages:
  plain: { module: train.ts }
  large: { module: train.ts, resources: { cpu: 8, memory: 2GB } }
  gpu: { module: train.ts, resources: { gpu: 1 } }
  here: { module: train.ts, resources: { cpu: 8, memory: 2GB, gpu: 1 }, executor: local }
`,
      { 'train.ts': { inputs: [], outputs: ['model'] } },
    ),
  );
  expect(plan.stages.flatMap(({ name, executor }) => (executor === 'cluster' ? [name] : []))).toEqual(expected);
});
