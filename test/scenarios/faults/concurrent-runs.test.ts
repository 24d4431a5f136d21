import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { Project, toFinished } from '../../support/project.ts';
import { gated } from '../cli/toy-pipeline.ts';
import { processesIn } from './killable-run.ts';

/** Starts a run. `printed` waits for a text in its output. */
function startRun(project: Project, gate: Gate, ...args: string[]) {
  const run = project.start(['run', '--json', ...args], { GATE: gate.address });
  let seen = '';
  const printed = (text: string): Promise<void> =>
    new Promise((resolve) => {
      run.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes(text)) resolve();
      });
      if (seen.includes(text)) resolve();
    });
  return { printed, kill: (signal: NodeJS.Signals) => run.kill(signal), finished: run.then(toFinished) };
}

/** Returns the claims and unfinished work directories. */
function claimsOf(project: Project): string[] {
  return readdirSync(project.path('cache/work'));
}

describe('concurrent runs of the same action', () => {
  test('another run takes over when the run that computes it is killed', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = startRun(project, gate, 'a');
    const held = await gate.next();
    const others = [startRun(project, gate, 'a'), startRun(project, gate, 'a')];
    await Promise.all(others.map(({ printed }) => printed('"stage-waiting"')));
    first.kill('SIGKILL');
    await first.finished;
    await held.gone;
    (await gate.next()).finish();
    const outcomes = (await Promise.all(others.map(({ finished }) => finished))).map(
      ({ stages }) => stages[0]?.outcome,
    );
    expect(outcomes.sort()).toEqual(['cached', 'ran']);
    expect(gate.unasked).toBe(0);
    expect(claimsOf(project)).toEqual([]);
  });

  test('another run computes it when the run that computes it fails', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = startRun(project, gate, 'a');
    const held = await gate.next();
    const second = startRun(project, gate, 'a');
    await second.printed('"stage-waiting"');
    process.kill(held.pid, 'SIGKILL');
    expect((await first.finished).which('failed')).toEqual(['a']);
    (await gate.next()).finish();
    expect((await second.finished).which('ran')).toEqual(['a']);
    expect(claimsOf(project)).toEqual([]);
  });

  test('another run takes over when the run that computes it is interrupted', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = startRun(project, gate, 'a');
    await gate.next();
    const second = startRun(project, gate, 'a');
    await second.printed('"stage-waiting"');
    first.kill('SIGINT');
    (await gate.next()).finish();
    expect((await first.finished).exitCode).toBe(130);
    expect((await second.finished).which('ran')).toEqual(['a']);
  });
});

describe('content that is deleted while a run uses it', () => {
  test('is recomputed in the same run if it is deleted between its look-up and its use', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = startRun(project, gate, '--jobs', '1');
    (await gate.next()).finish();
    const beside = await gate.next();
    expect(beside.name).toBe('b');
    rmSync(project.path('cache/objects'), { recursive: true });
    beside.finish();
    for (const name of ['a', 'c']) {
      const stage = await gate.next();
      expect(stage.name).toBe(name);
      stage.finish();
    }
    const finished = await run.finished;
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect(finished.which('ran')).toEqual(['a', 'b', 'c']);
    expect((await project.start(['status', '--json'], { GATE: gate.address })).stdout).not.toContain('would-run');
  });

  test('is recomputed if it is deleted while a stage reads it, and the stage is rerun', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = startRun(project, gate, '--jobs', '1');
    for (const _ of ['a', 'b']) (await gate.next()).finish();
    const reader = await gate.next();
    expect(reader.name).toBe('c');
    rmSync(project.path('cache/objects'), { recursive: true });
    reader.finish();
    const again = [];
    for (const _ of ['a', 'b', 'c']) {
      const stage = await gate.next();
      again.push(stage.name);
      stage.finish();
    }
    expect(again.sort()).toEqual(['a', 'b', 'c']);
    const finished = await run.finished;
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect(gate.unasked).toBe(0);
  });

  test('fails the stage with a message if it is deleted repeatedly', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = startRun(project, gate, '--jobs', '1');
    const next = () => Promise.race([gate.next(), run.finished.then(() => undefined)]);
    for (let stage = await next(); stage !== undefined; stage = await next()) {
      if (stage.name === 'c') rmSync(project.path('cache/objects'), { recursive: true });
      stage.finish();
    }
    const finished = await run.finished;
    expect(finished.exitCode).toBe(1);
    expect(finished.which('failed')).toEqual(['c']);
    expect(finished.stderr).toContain('the inputs of stage "c" were deleted from the cache during the run, 3 times');
    expect(finished.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('an input path that changes while a stage reads it', () => {
  function reader(): Project {
    return new Project({
      'pipeline.yaml': 'stages: { read: { module: stages/read.ts, inputs: { data: ./data }, env: [GATE] } }\n',
      'data/a.txt': 'one',
      'stages/read.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  inputs: ['data'],
  outputs: ['text'],
  async run({ inputs, outputs }) {
    await hold('read');
    writeFileSync(outputs.text, readFileSync(join(inputs.data, 'a.txt'), 'utf8'));
  },
});
`,
      'lib/gate.ts': GATE_MODULE,
    });
  }

  test('fails the stage, and no result is kept under the old key', async () => {
    const gate = await Gate.open();
    const project = reader();
    const run = startRun(project, gate);
    const stage = await gate.next();
    project.write('data/a.txt', 'two');
    stage.finish();
    const changed = await run.finished;
    expect(changed.exitCode).toBe(2);
    expect(changed.stderr).toContain('input "data" of stage "read" changed while the stage was reading it');
    project.write('data/a.txt', 'one');
    const next = startRun(project, gate);
    (await gate.next()).finish();
    expect((await next.finished).which('ran')).toEqual(['read']);
    await project.start(['export', 'read', 'out'], { GATE: gate.address });
    expect(project.read('out/text')).toBe('one');
  });

  test('does not fail the stage if only its times change', async () => {
    const gate = await Gate.open();
    const project = reader();
    const run = startRun(project, gate);
    const stage = await gate.next();
    project.write('data/a.txt', 'one');
    stage.finish();
    expect((await run.finished).which('ran')).toEqual(['read']);
  });
});

describe('processes that a stage starts', () => {
  /** A stage whose child process keeps its output open, like a background job of a shell. */
  function parent(end: string, held = true): Project {
    return new Project({
      'pipeline.yaml': 'stages: { parent: { module: stages/parent.ts, env: [GATE] } }\n',
      'stages/parent.ts': `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  outputs: ['file'],
  async run({ outputs }) {
    spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' })${held ? '' : '.unref()'};
    await hold('parent');
    writeFileSync(outputs.file, 'done');
    ${end}
  },
});
`,
      'lib/gate.ts': GATE_MODULE,
    });
  }

  test.each([
    ['finishes and has unreferenced them', '', false, 0],
    ['returns while it still waits for them, which is an error', '', true, 1],
    ['crashes', "process.kill(process.pid, 'SIGKILL');", true, 1],
  ])('end with the stage when it %s', async (_how, end, held, exitCode) => {
    const gate = await Gate.open();
    const project = parent(end, held);
    const run = startRun(project, gate);
    (await gate.next()).finish();
    expect((await run.finished).exitCode).toBe(exitCode);
    await vi.waitFor(() => expect(processesIn(project.directory)).toEqual([]));
  });

  test('end when the runner is killed', async () => {
    const gate = await Gate.open();
    const project = parent('');
    const run = startRun(project, gate);
    const stage = await gate.next();
    run.kill('SIGKILL');
    await stage.gone;
    await vi.waitFor(() => expect(processesIn(project.directory)).toEqual([]));
  });
});
