import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { type Project, toFinished } from '../../support/project.ts';
import { gated } from './toy-pipeline.ts';

/** A stage that logs whether it found a checkpoint, and writes one before it waits at the gate. */
function resumable(): Project {
  const project = gated();
  project.edit('stages/hold.ts', 'import { writeFileSync }', 'import { existsSync, writeFileSync }');
  project.edit(
    'stages/hold.ts',
    'async run({ params, outputs }) {',
    `async run({ params, outputs, work, log }) {
    if (existsSync(work + '/checkpoint')) log('it resumes');
    writeFileSync(work + '/checkpoint', '1');`,
  );
  return project;
}

/** Runs stage `a`. `how`: whether it finishes, or is interrupted. Returns whether it resumed. */
async function attempt(gate: Gate, project: Project, how: 'finish' | 'interrupt', ...args: readonly string[]) {
  const run = project.start(['run', 'a', '--json', ...args], { GATE: gate.address });
  const stage = await gate.next();
  if (how === 'finish') stage.finish();
  else run.kill('SIGINT');
  const { stdout, exitCode } = toFinished(await run);
  expect(exitCode).toBe(how === 'finish' ? 0 : 130);
  return stdout.includes('it resumes');
}

test('--force starts from the beginning although an interrupted run has left a checkpoint', async () => {
  const gate = await Gate.open();
  const project = resumable();
  await attempt(gate, project, 'interrupt');
  expect(await attempt(gate, project, 'interrupt', '--force')).toBe(false);
  expect(await attempt(gate, project, 'finish', '--force'), 'its own interrupted attempt').toBe(true);
  expect(await attempt(gate, project, 'finish', '--force'), 'after it has finished').toBe(false);
  expect(readdirSync(project.path('cache/work'))).toEqual([]);
});

test('--force does not resume what an ordinary run has resumed from it', async () => {
  const gate = await Gate.open();
  const project = resumable();
  await attempt(gate, project, 'interrupt', '--force');
  expect(await attempt(gate, project, 'interrupt')).toBe(true);
  expect(await attempt(gate, project, 'finish', '--force')).toBe(false);
});

test('a corrupted result that is being recomputed resumes after Ctrl-C', async () => {
  const gate = await Gate.open();
  const project = resumable();
  await attempt(gate, project, 'finish');
  corruptObjects(project.path('cache/objects'));
  expect(await attempt(gate, project, 'interrupt')).toBe(false);
  expect(await attempt(gate, project, 'finish')).toBe(true);
});

function corruptObjects(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, 0o644);
    writeFileSync(path, 'corrupted');
  }
}

test('a link in place of the mark of a forced attempt is not followed', async () => {
  const gate = await Gate.open();
  const project = resumable();
  await attempt(gate, project, 'interrupt', '--force');
  const [key = ''] = readdirSync(project.path('cache/work'));
  project.write('precious', 'kept');
  project.remove(`cache/work/${key}/forced`);
  project.link('precious', `cache/work/${key}/forced`);
  await attempt(gate, project, 'finish', '--force');
  expect(project.read('precious')).toBe('kept');
});
