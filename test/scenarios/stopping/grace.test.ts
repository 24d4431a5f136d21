import { describe, expect, test } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { Project, toFinished } from '../../support/project.ts';
import { printedBy } from './printed-by.ts';

/** `saves` is at the gate while it saves, also after it was stopped; `holds` takes no notice of being stopped. */
function project(extra = ''): Project {
  const module = (body: string) => `import { existsSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  outputs: ['out'],
  async run({ outputs, work, saving, log, signal }) {
    if (existsSync(work + '/checkpoint')) log('it resumes');
    ${body}
    writeFileSync(outputs.out, 'done');
  },
});
`;
  return new Project({
    'pipeline.yaml': `stages:
  saves: { module: stages/saves.ts, env: [GATE]${extra} }
  holds: { module: stages/holds.ts, env: [GATE] }
`,
    'stages/saves.ts': module(`await saving(async () => {
      await hold('saves');
      writeFileSync(work + '/checkpoint', '1');
    });
    signal.throwIfAborted();`),
    'stages/holds.ts': module("await hold('holds');"),
    'lib/gate.ts': GATE_MODULE,
  });
}

/** Starts a run, and returns it with the stages at the gate, by name. */
async function started(gate: Gate, toy: Project, ...args: readonly string[]) {
  const run = toy.start(['run', '--json', ...args], { GATE: gate.address });
  const [first, second] = [await gate.next(), await gate.next()];
  const [saves, holds] = first.name === 'saves' ? [first, second] : [second, first];
  return { run, saves, holds, printed: printedBy(run) };
}

describe('a stage that is saving when the run is interrupted', () => {
  test('finishes that, while the others are killed, and the next run resumes from it', async () => {
    const gate = await Gate.open();
    const toy = project();
    const { run, saves, holds, printed } = await started(gate, toy);
    run.kill('SIGINT');
    await printed('"type":"run-stopping","signal":"SIGINT"');
    await printed('"type":"stage-saving","stage":"saves","seconds":30');
    await holds.gone;
    saves.finish();
    const finished = toFinished(await run);
    expect(finished.exitCode).toBe(130);
    expect(finished.which('cancelled')).toEqual(['saves', 'holds']);
    expect(finished.stderr).toContain('stopping; a second Ctrl-C ends everything at once\n');
    expect(finished.stderr).toContain('saves: saving, for at most 30 s\n');
    const next = toy.start(['run', 'saves', '--json'], { GATE: gate.address });
    (await gate.next()).finish();
    expect((await next).stdout).toContain('it resumes');
  });

  test('is killed once its grace is over', async () => {
    const gate = await Gate.open();
    const { run, saves, printed } = await started(gate, project(', grace: 1.2s'));
    run.kill('SIGTERM');
    await printed('"type":"stage-saving","stage":"saves","seconds":1.2');
    await saves.gone;
    expect((await run).exitCode).toBe(130);
  });

  test('is killed with everything else by a second signal, which leaves no lock', async () => {
    const gate = await Gate.open();
    const toy = project(', grace: 1d');
    const { run, saves, holds, printed } = await started(gate, toy);
    run.kill('SIGINT');
    await printed('"stage-saving"');
    run.kill('SIGINT');
    await Promise.all([saves.gone, holds.gone]);
    expect((await run).exitCode).toBe(130);
    expect(toy.list('cache/work').filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

test('a stage that is saving when its timeout is over finishes that, and fails', async () => {
  const gate = await Gate.open();
  const toy = project(', timeout: 0.5s');
  const run = toy.start(['run', 'saves', '--json'], { GATE: gate.address });
  const stage = await gate.next();
  await printedBy(run)('"type":"stage-saving","stage":"saves","seconds":30');
  stage.finish();
  const finished = toFinished(await run);
  expect(finished.stderr).toContain('saves: took longer than 0.5 s');
  expect(finished.exitCode).toBe(1);
  const next = toy.start(['run', 'saves', '--json'], { GATE: gate.address });
  (await gate.next()).finish();
  expect((await next).stdout).toContain('it resumes');
});

test.each(['SIGHUP', 'SIGQUIT', 'SIGTERM'] as const)(
  '%s ends a run like Ctrl-C, and leaves no lock',
  async (signal) => {
    const gate = await Gate.open();
    const toy = project();
    const { run, saves, holds, printed } = await started(gate, toy);
    run.kill(signal);
    await printed(`"type":"run-stopping","signal":"${signal}"`);
    saves.finish();
    await Promise.all([saves.gone, holds.gone]);
    const finished = toFinished(await run);
    expect(finished.exitCode).toBe(130);
    expect(finished.stderr).toContain(`stopping after ${signal}; a second signal ends everything at once\n`);
    expect(toy.list('cache/work').filter((name) => name.endsWith('.lock'))).toEqual([]);
  },
);

test.each(['SIGINT', 'SIGHUP', 'SIGQUIT'] as const)('%s of a stage alone does not end it', async (signal) => {
  const gate = await Gate.open();
  const { run, saves, holds } = await started(gate, project());
  process.kill(holds.pid, signal);
  for (const stage of [saves, holds]) stage.finish();
  expect((await run).exitCode).toBe(0);
});
