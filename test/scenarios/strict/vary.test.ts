import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/dataset.ts';
import { foundIn, strictProject, type TableStage, varyingObstacle, verifyStrict } from './strict-project.ts';

const obstacle = varyingObstacle();
/** Why a test is skipped on this machine. */
const why = obstacle ? ` (${obstacle})` : '';

/** What a stage depends on → the names of the variations that find it. */
const DEPENDENT: Readonly<Record<string, readonly [TableStage, ...string[]]>> = {
  'path-of-the-home': [{ expression: 'os.homedir()' }, 'home'],
  'number-of-the-user': [{ expression: 'process.getuid()' }, 'user'],
  'hours-of-the-day': [{ expression: 'new Date(0).getHours()' }, 'time zone'],
  'order-of-words': [{ expression: `['zebra', 'table'].sort((a, b) => a.localeCompare(b))` }, 'locale'],
  'name-of-the-machine': [{ expression: 'os.hostname()' }, 'host name'],
  'permissions-of-a-file': [
    { expression: `(writeFileSync(outputs.out, ''), statSync(outputs.out).mode.toString(8))` },
    'umask',
  ],
  'cpus-of-the-machine': [{ expression: 'os.cpus().length' }, 'number of CPUs'],
  'processors-for-a-command': [{ script: 'getconf _NPROCESSORS_ONLN > {outputs.out}' }, 'number of CPUs'],
  'sum-in-as-many-parts-as-cpus': [
    {
      expression: `Array.from({ length: os.availableParallelism() }, (_, part) => {
        let sum = 0;
        for (let n = part; n < 1000; n += os.availableParallelism()) sum += 1 / (n + 0.1);
        return sum;
      }).reduce((a, b) => a + b)`,
    },
    'number of CPUs',
  ],
  'order-of-a-folder': [
    {
      expression: `await (async () => {
        const names = [];
        for await (const { name } of opendirSync(inputs.folder)) names.push(name);
        return names;
      })()`,
    },
    'directory order',
  ],
  'year-of-a-program-that-it-starts': [{ expression: `execFileSync('date', ['+%Y'])` }, 'clock'],
  'path-of-an-input': [{ expression: 'inputs.folder' }, 'build path'],
  'two-things': [{ expression: `os.hostname() + new Date().getFullYear()` }, 'host name', 'clock'],
  'nothing-undeclared': [{ expression: `readdirSync(inputs.folder).sort()` }],
};

test.skipIf(obstacle !== undefined)(
  `verify --strict names what makes a difference${why}`,
  async () => {
    const stages = Object.fromEntries(Object.entries(DEPENDENT).map(([name, [stage]]) => [name, stage]));
    const project = await strictProject(stages);
    const result = await verifyStrict(project, 'vary');
    expect(result.gaps).toEqual([]);
    expect(result.stderr, 'what mounts folders is not taken for a process of the stage').not.toContain(
      'left processes',
    );
    const expected = Object.entries(DEPENDENT).map(
      ([name, [, ...subjects]]) => [name, subjects.map((subject) => `variation ${subject}`)] as const,
    );
    const found = Object.entries(foundIn(result)).map(([name, subjects]) => [name, subjects.sort()] as const);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        expected.filter(([, subjects]) => subjects.length > 0).map(([name, subjects]) => [name, subjects.sort()]),
      ),
    );
    expect(result.exitCode, result.stderr).toBe(3);
  },
  300_000,
);

test('a result that depends on chance is told apart from one that depends on the machine', async () => {
  const folder = temporaryFolder();
  const counter = join(folder, 'counter');
  const project = await strictProject({
    'never-the-same': { expression: 'process.hrtime.bigint()' },
    // The second time is the run with all variations.
    'another-one-once': {
      expression: `(() => {
        appendFileSync('${counter}', '.');
        return statSync('${counter}').size === 2;
      })()`,
    },
  });
  const result = await verifyStrict(project, 'vary');
  expect(foundIn(result)).toEqual({
    'never-the-same': ['difference out'],
    'another-one-once': ['unsteady another-one-once'],
  });
});
