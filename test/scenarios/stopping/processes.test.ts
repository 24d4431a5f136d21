import { spawn } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Handle, handleOf, livenessOf, ownHandle } from '../../../src/shared/holder.ts';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { Project, toFinished } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';
import { printedBy } from './printed-by.ts';

/** A stage that starts a daemon, which leaves its process group and closes what it has inherited. */
function leavesADaemon(after: string): Project {
  return new Project({
    'pipeline.yaml': 'stages: { serve: { module: serve.ts, env: [GATE] } }\n',
    'serve.ts': `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from './lib/gate.ts';

export default defineStage({
  outputs: ['pid'],
  async run({ outputs, log, saving }) {
    const daemon = spawn('sleep', ['100000'], { detached: true, stdio: 'ignore' });
    daemon.unref();
    log('daemon ' + daemon.pid);
    writeFileSync(outputs.pid, String(daemon.pid));
    ${after}
  },
});
`,
    'lib/gate.ts': GATE_MODULE,
  });
}

function daemonIn(stdout: string): number {
  return Number(/daemon (\d+)/.exec(stdout)?.[1]);
}

describe('a daemon that a stage leaves behind', () => {
  test('is ended before the outputs are kept, and named', async () => {
    const project = leavesADaemon('');
    const { stdout, stderr, exitCode } = toFinished(await project.start(['run', '--json'], { GATE: '' }));
    expect(exitCode, stderr).toBe(0);
    const pid = daemonIn(stdout);
    await vi.waitFor(() => expect(livenessOf(handleOf(pid))).toBe('dead'));
    expect(stderr).toContain(
      `warning: stage "serve" left processes behind, which were ended: sleep (process ${pid})\n` +
        '  → End what the stage starts before `run` returns.\n',
    );
  });

  test.each(['when the run is interrupted', 'by a second Ctrl-C'])('is ended %s', async (when) => {
    const gate = await Gate.open();
    const body = when === 'by a second Ctrl-C' ? "await saving(() => hold('serve'));" : "await hold('serve');";
    const run = leavesADaemon(body).start(['run', '--json'], { GATE: gate.address });
    const printed = printedBy(run);
    const stage = await gate.next();
    run.kill('SIGINT');
    if (when === 'by a second Ctrl-C') {
      await printed('"stage-saving"');
      run.kill('SIGINT');
    }
    await stage.gone;
    const pid = daemonIn((await run).stdout);
    await vi.waitFor(() => expect(livenessOf(handleOf(pid))).toBe('dead'));
  });
});

/** Records in a file what a process signals, other than its own children, or to ask whether a process is alive. */
const RECORDER = `const { appendFileSync } = require('node:fs');
const { ChildProcess } = require('node:child_process');
const own = new Set();
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (...args) {
  const result = spawn.apply(this, args);
  own.add(this.pid);
  return result;
};
const kill = process.kill;
process.kill = (pid, signal) => {
  if (signal === 0 || own.has(-pid)) return kill.call(process, pid, signal);
  appendFileSync(process.env.SIGNALLED, pid + ' ' + signal + '\\n');
  return true;
};
`;

/** Returns the handle of a process that lives as long as the test. */
function liveHandle(): Handle {
  const child = spawn('sleep', ['100000'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return handleOf(child.pid ?? expect.unreachable());
}

describe('process ids in files', () => {
  const withPid = (pid: string) => ownHandle().replace(/pid=\d+/, `pid=${pid}`);

  test.each<[string, () => string]>([
    ['process 1', () => '{"pid":1,"started":""}'],
    ['every process', () => '{"pid":-1,"started":""}'],
    ['process 1 in a handle', () => withPid('1').replace(/start=\d*/, 'start=')],
    ['every process in a handle', () => withPid('-1')],
    ['a live process whose start time is unknown', () => liveHandle().replace(/start=\d*/, 'start=')],
  ])('are never signalled: %s', async (_what, textOf) => {
    const project = toy();
    const { stages } = await project.run();
    const work = `cache/work/${stages[0]?.key}`;
    const text = textOf();
    // The places in which any version of the runner keeps, or kept, the id of a process.
    for (const place of [
      `${work}/worker.json`,
      `${work}/pid`,
      `${work}.lock`,
      `${work}.lock.breaking`,
      'cache/index/sweep.lock',
      `cache/index/live/${text}`,
    ]) {
      project.write(place, text);
      utimesSync(project.path(place), 1, 1);
    }
    project.write('recorder.cjs', RECORDER);
    const run = project.start(['run', '--force', '--only', 'read', '--json'], {
      SIGNALLED: project.path('signalled'),
      NODE_OPTIONS: `--require ${project.path('recorder.cjs')}`,
    });
    // A live process is waited for. It may be computing the same.
    void printedBy(run)('"stage-waiting"').then(() => run.kill('SIGTERM'));
    const finished = toFinished(await run);
    expect([0, 130], finished.stderr).toContain(finished.exitCode);
    expect(project.exists('signalled') ? project.read('signalled') : '').toBe('');
  });
});
