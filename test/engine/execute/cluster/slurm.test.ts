import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JobRequest } from '../../../../src/engine/execute/cluster/scheduler.ts';
import { Slurm } from '../../../../src/engine/execute/cluster/slurm.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

let directory: string;

beforeEach(() => {
  directory = temporaryFolder();
});

/** Makes a command of Slurm that keeps its arguments, its input and its environment, and does what `script` says. */
function program(name: string, script: string): void {
  const kept = `printf '%s\\n' "$@" >> ${directory}/${name}.words; env > ${directory}/${name}.env`;
  writeFileSync(join(directory, name), `#!/bin/sh\n${kept}\n${script}\n`, { mode: 0o755 });
}

function wordsOf(name: string): readonly string[] {
  const path = join(directory, `${name}.words`);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

function slurm(settings = {}, environment: NodeJS.ProcessEnv = {}): Slurm {
  const PATH = `${directory}${delimiter}/usr/bin${delimiter}/bin`;
  return new Slurm({ type: 'slurm', options: [], ...settings }, { ...environment, PATH });
}

const JOB: JobRequest = {
  ...{ name: 'pipeline-ab', label: 's3', title: 'train', script: 'exec true', output: '/c/100%/s3.log', folder: '/p' },
  ...{ after: [], cpu: 2, gpu: 0, warning: 120, exclude: [] },
};

describe('the submission of a job', () => {
  test('passes on its resources, what it waits for, and the options of the user last', async () => {
    program('sbatch', `cat > ${directory}/script; echo "welcome"; echo "77;cluster"`);
    const job = {
      ...{ ...JOB, label: 'a3', tasks: [0, 1, 2, 7], memory: 2 ** 30, gpu: 1, seconds: 3601, exclude: ['n1'] },
      after: [
        { kind: 'all', jobs: ['5', '6_1'] },
        { kind: 'same-index', array: '8' },
      ],
    } as const;
    const settings = { partition: 'gpu', account: 'vision', options: ['--qos=short'] };
    expect(unwrap(await slurm(settings).submit(job))).toBe('77');
    expect(wordsOf('sbatch')).toEqual([
      ...['--parsable', '--job-name=pipeline-ab', '--comment=a3 train', '--export=NONE', '--open-mode=append'],
      ...['--output=/c/100%%/s3-%a.log', '--chdir=/p', '--kill-on-invalid-dep=yes', '--requeue'],
      ...['--signal=B:USR2@120', '--nodes=1', '--ntasks=1', '--cpus-per-task=2', '--mem=1048576K', '--gres=gpu:1'],
      ...['--time=61', '--array=0-2,7', '--dependency=afterok:5:6_1,aftercorr:8', '--exclude=n1'],
      ...['--partition=gpu', '--account=vision', '--qos=short'],
    ]);
    expect(readFileSync(join(directory, 'script'), 'utf8')).toMatch(/^#!\/bin\/sh\n.*\nexec true$/);
  });

  test('that has no answer is looked for by its name before it is tried again', async () => {
    program('sbatch', 'echo "sbatch: error: Socket timed out on send/recv operation" >&2; exit 1');
    program('squeue', "echo '41|PENDING|None||pipeline-ab|s2 other'; echo '42|PENDING|Priority||pipeline-ab|s3 train'");
    expect(unwrap(await slurm().submit(JOB))).toBe('42');
    expect(wordsOf('sbatch').filter((word) => word === '--parsable')).toHaveLength(1);
    expect(wordsOf('squeue')).toContain('--name=pipeline-ab');
  });

  test('that has no answer and was not made is tried again, a few times', async () => {
    program('sbatch', 'echo "Unable to contact slurm controller" >&2; exit 1');
    program('squeue', 'true');
    expect(await slurm().submit(JOB)).toMatchObject({ failure: { kind: 'silent' } });
    expect(wordsOf('sbatch').filter((word) => word === '--parsable')).toHaveLength(3);
  });

  test.each([
    ['echo "Your quota: "; echo 9000; echo "42;cluster"', '42'],
    ['echo "Submitted batch job 42"', '42'],
    ['echo "Thank you."', '43'],
  ])('is known by its id, whatever a wrapper of sbatch prints: %s', async (script, id) => {
    program('sbatch', script);
    program('squeue', "echo '43|PENDING|Priority||pipeline-ab|s3 train'");
    expect(unwrap(await slurm().submit(JOB))).toBe(id);
    expect(wordsOf('sbatch').filter((word) => word === '--parsable')).toHaveLength(1);
  });

  test.each([
    ['Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user)', 'limit'],
    ['Batch job submission failed: QOSMaxSubmitJobPerUserLimit', 'limit'],
    ['Batch job submission failed: Invalid account', 'refused'],
  ])('that Slurm does not accept with "%s" is a %s', async (said, kind) => {
    program('sbatch', `echo "sbatch: error: ${said}" >&2; exit 1`);
    expect(await slurm().submit(JOB)).toMatchObject({ failure: { kind } });
  });

  test('does not inherit the job in which the runner is, but the configuration of Slurm', async () => {
    program('sbatch', 'echo 1');
    const job = { SLURM_JOB_ID: '9', SBATCH_PARTITION: 'x', SLURM_MEM_PER_CPU: '1', SQUEUE_FORMAT: '%i' };
    await slurm({}, { ...job, SLURM_CONF: '/etc/slurm.conf', HOME: '/root' }).submit(JOB);
    const environment = readFileSync(join(directory, 'sbatch.env'), 'utf8');
    expect(Object.keys(job).filter((name) => environment.includes(name))).toEqual([]);
    expect(environment).toContain('SLURM_CONF=/etc/slurm.conf');
  });
});

test('a host is reached by ssh, which asks no questions, with every word quoted', async () => {
  program('ssh', 'echo 7');
  await slurm({ host: 'login.example.org' }).submit({ ...JOB, title: "a 'b' $(id)" });
  const words = wordsOf('ssh');
  expect(words.slice(0, 6)).toEqual(['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '--', 'login.example.org']);
  expect(words[6]).toContain(`'--comment=s3 a '\\''b'\\'' $(id)'`);
});

test('a host whose commands are only on the PATH of login shells is asked in one', async () => {
  mkdirSync(join(directory, 'slurm'));
  program('slurm/squeue', `echo 'welcome'; echo '7|RUNNING|None|n1|pipeline-1|s0 train'`);
  writeFileSync(join(directory, '.profile'), `PATH=${directory}/slurm:$PATH\n`);
  program('ssh', `for last; do :; done; HOME=${directory} PATH=/nowhere exec /bin/sh -c "$last"`);
  const scheduler = slurm({ host: 'login.example.org' });
  for (let times = 0; times < 2; times++)
    expect(unwrap(await scheduler.states(['pipeline-1']))).toMatchObject([{ id: '7', phase: 'running' }]);
  expect(
    wordsOf('ssh').filter((word) => word === '--'),
    'it is remembered',
  ).toHaveLength(3);
});

test('a machine without Slurm says that, and which command is not there', async () => {
  const states = await new Slurm({ type: 'slurm', options: [] }, { PATH: directory }).states(['x']);
  expect(states).toEqual({
    ok: false,
    failure: { isMissing: true, said: 'there is no command squeue on this machine' },
  });
});
