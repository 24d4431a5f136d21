import { expect, test } from 'vitest';
import { isSoak } from '../../support/soak.ts';
import { varyingObstacle, verifyStrict } from '../strict/strict-project.ts';
import { smallClone } from './clone.ts';

const obstacle = isSoak ? varyingObstacle() : undefined;
/** Why the test is skipped on this machine. */
const why = obstacle ? ` (${obstacle})` : '';

/** The same as `small`, in the pipeline file: there is no lockfile of a run with `--set`. */
const SMALLER: readonly (readonly [from: string | RegExp, to: string])[] = [
  ['image_size: 64', 'image_size: 32'],
  ['batch_size: 32', 'batch_size: 16'],
  ['epochs: 12', 'epochs: 2'],
  ['epochs: 6', 'epochs: 1'],
  [/(learning_rate: 1\.0e-4\n +)epochs: 2\n(?= +batch_size)/, '$1epochs: 1\n'],
];

test.runIf(isSoak && obstacle === undefined)(
  `the stages of the demo use nothing undeclared, and nothing of the machine makes a difference${why}`,
  async () => {
    const project = await smallClone();
    for (const [from, to] of SMALLER) project.write('pipeline.yaml', project.read('pipeline.yaml').replace(from, to));
    expect((await project.run()).exitCode).toBe(0);
    for (const pass of ['hide', 'vary']) {
      const result = await verifyStrict(project, pass);
      expect(result, result.stderr).toMatchObject({ exitCode: 0, state: 'passed', findings: [], gaps: [] });
    }
  },
);
