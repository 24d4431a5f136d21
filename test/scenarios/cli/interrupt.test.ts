import { readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { handleOf, livenessOf } from '../../../src/shared/holder.ts';
import { Gate } from '../../support/gate.ts';
import { toFinished } from '../../support/project.ts';
import { gated } from './toy-pipeline.ts';

describe('parallel stages', () => {
  test('independent stages run in parallel', async () => {
    const gate = await Gate.open();
    const run = gated().start(['run', '--json'], { GATE: gate.address });
    const [first, second] = [await gate.next(), await gate.next()];
    expect([first.name, second.name].sort()).toEqual(['a', 'b']);
    first.finish();
    second.finish();
    (await gate.next()).finish();
    expect((await run).exitCode).toBe(0);
  });

  test('stages run one after the other with --jobs 1', async () => {
    const gate = await Gate.open();
    const run = gated().start(['run', '--json', '--jobs', '1'], { GATE: gate.address });
    for (const name of ['a', 'b', 'c']) {
      const stage = await gate.next();
      expect(stage.name).toBe(name);
      expect(gate.unasked).toBe(0);
      stage.finish();
    }
    expect((await run).exitCode).toBe(0);
  });
});

describe('Ctrl-C', () => {
  test('Ctrl-C ends every stage, exits with 130 and leaves no incomplete results', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = project.start(['run', '--json'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    run.kill('SIGINT');
    const finished = toFinished(await run);
    await Promise.all(held.map((stage) => stage.gone));
    expect(finished.exitCode).toBe(130);
    expect(finished.which('cancelled')).toEqual(['a', 'b', 'c']);
    expect(project.exists('cache/objects')).toBe(false);
    expect(project.exists('cache/actions')).toBe(false);
    expect(readdirSync(project.path('cache/work')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('Ctrl-C keeps the results of finished stages', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = project.start(['run', '--json', '--jobs', '1'], { GATE: gate.address });
    (await gate.next()).finish();
    expect((await gate.next()).name).toBe('b');
    first.kill('SIGINT');
    await first;
    const second = project.start(['run', '--json'], { GATE: gate.address });
    expect((await gate.next()).name).toBe('b');
    second.kill('SIGINT');
    expect(toFinished(await second).which('cached')).toEqual(['a']);
  });

  test('Ctrl-C during --force keeps the checkpoints of this attempt, even if an older result exists', async () => {
    const gate = await Gate.open();
    const project = gated();
    project.edit('stages/hold.ts', 'import { writeFileSync }', 'import { existsSync, writeFileSync }');
    project.edit('stages/hold.ts', 'async run({ params, outputs }) {', WITH_CHECKPOINT);
    const environment = { GATE: gate.address };
    const first = project.start(['run', 'a', '--json'], environment);
    (await gate.next()).finish();
    expect(toFinished(await first).which('ran')).toEqual(['a']);
    const forced = project.start(['run', 'a', '--force', '--json'], environment);
    await gate.next();
    forced.kill('SIGINT');
    await forced;
    const resumed = project.start(['run', 'a', '--force', '--json'], environment);
    (await gate.next()).finish();
    expect((await resumed).stdout).toContain('resumes');
    const clean = project.start(['run', 'a', '--force', '--json'], environment);
    (await gate.next()).finish();
    expect((await clean).stdout).not.toContain('resumes');
  });
});

/** A stage that logs whether it found a checkpoint, and writes one before it waits. */
const WITH_CHECKPOINT = `async run({ params, outputs, work, log }) {
    if (existsSync(work + '/checkpoint')) log('it resumes');
    writeFileSync(work + '/checkpoint', '1');`;

describe('SIGKILL', () => {
  test('SIGKILL of the runner ends its stages too, and the next run resumes', async () => {
    const gate = await Gate.open();
    const project = gated();
    const run = project.start(['run', '--json'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    run.kill('SIGKILL');
    await run;
    await Promise.all(held.map((stage) => stage.gone));
    const again = project.start(['run', '--json'], { GATE: gate.address });
    for (let index = 0; index < 3; index++) (await gate.next()).finish();
    expect(toFinished(await again)).toMatchObject({ exitCode: 0 });
  });
});

test('a run whose output pipe is closed runs to its end, and the exit code tells how it ended', async () => {
  const gate = await Gate.open();
  const project = gated();
  const run = project.start(['run', '--jobs', '1'], { GATE: gate.address });
  const first = await gate.next();
  run.stdout?.destroy();
  run.stderr?.destroy();
  first.finish();
  for (let index = 0; index < 2; index++) (await gate.next()).finish();
  expect((await run).exitCode).toBe(0);
  expect(project.read('pipeline.lock')).toMatch(/^c:$/m);
});

test('a stage that blocks its thread ends when the runner is killed', async () => {
  const gate = await Gate.open();
  const project = gated();
  // Blocks the thread forever, so that neither a signal nor a message reaches it.
  project.edit(
    'stages/hold.ts',
    '    writeFileSync(outputs.out, params.name);',
    '    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  );
  const run = project.start(['run', 'a', '--json'], { GATE: gate.address });
  const stage = await gate.next();
  const handle = handleOf(stage.pid);
  stage.finish();
  await stage.gone;
  expect(livenessOf(handle)).toBe('alive');
  run.kill('SIGKILL');
  await run;
  await vi.waitFor(() => expect(livenessOf(handle)).toBe('dead'), { timeout: 30_000 });
});

describe('two runs with the same cache', () => {
  test('two runs compute the same key once: the second waits, and uses the result', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = project.start(['run', 'a', '--json'], { GATE: gate.address });
    const stage = await gate.next();
    const second = project.start(['run', 'a', '--json'], { GATE: gate.address });
    await new Promise<void>((resolve) => {
      second.stdout?.on('data', (text: Buffer) => {
        if (text.toString().includes('"stage-waiting"')) resolve();
      });
    });
    stage.finish();
    expect(toFinished(await first).which('ran')).toEqual(['a']);
    expect(toFinished(await second).which('cached')).toEqual(['a']);
    expect(gate.unasked).toBe(0);
  });

  test('a run that waits for another run continues with other stages, even with --jobs 1', async () => {
    const gate = await Gate.open();
    const project = gated();
    const first = project.start(['run', 'a', '--json'], { GATE: gate.address });
    const a = await gate.next();
    const second = project.start(['run', '--json', '--jobs', '1'], { GATE: gate.address });
    const b = await gate.next();
    expect(b.name).toBe('b');
    b.finish();
    a.finish();
    await first;
    const c = await gate.next();
    expect(c.name).toBe('c');
    c.finish();
    const finished = toFinished(await second);
    expect(finished.which('cached')).toEqual(['a']);
    expect(finished.which('ran')).toEqual(['b', 'c']);
  });
});
