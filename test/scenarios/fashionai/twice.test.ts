import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxObstacle } from '../../../src/engine/verify/sandbox/obstacles.ts';
import { CLI, type Finished, type Project, toFinished } from '../../support/project.ts';
import { small, smallClone } from './clone.ts';

const obstacle = sandboxObstacle(process.env);

/** Runs the pipeline as another user might on another machine: with one CPU, later, in another folder. */
async function runElsewhere(project: Project): Promise<Finished> {
  const home = mkdtempSync(join(tmpdir(), 'pipeline-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const [program = '', ...args] = [
    ...[
      'bwrap',
      '--dev-bind',
      '/',
      '/',
      '--unshare-pid',
      '--proc',
      '/proc',
      '--unshare-uts',
      '--hostname',
      'elsewhere',
    ],
    ...['sh', '-c', 'umask 077; exec "$@"', 'sh', 'taskset', '-c', '0'],
    ...[process.execPath, CLI, 'run', '--json', '--jobs', '4', ...small],
  ];
  const env = {
    ...{ HOME: home, USER: 'varied', LOGNAME: 'varied', TMPDIR: home },
    ...{ TZ: 'Pacific/Kiritimati', LANG: 'et_EE.UTF-8', LC_ALL: 'et_EE.UTF-8', NO_COLOR: '1' },
  };
  return toFinished(await execa(program, args, { cwd: project.directory, reject: false, env }));
}

const outputsOf = ({ stages }: Finished) => Object.fromEntries(stages.map(({ name, outputs }) => [name, outputs]));

test.skipIf(obstacle !== undefined)(
  `two clones in different surroundings compute the same bytes, pictures and tables included ${obstacle?.message ?? ''}`,
  { timeout: 300_000 },
  async () => {
    const here = await smallClone();
    const first = await here.run('--jobs', '1', ...small);
    expect(first.exitCode, first.stderr).toBe(0);
    const there = await runElsewhere(await smallClone());
    expect(there.exitCode, there.stderr).toBe(0);
    expect(there.which('ran')).toHaveLength(8);
    expect(outputsOf(there)).toEqual(outputsOf(first));
  },
);
