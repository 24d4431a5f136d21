import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import type { Project } from '../../support/project.ts';
import { gated } from './toy-pipeline.ts';

describe('the empty cache of pipeline verify', () => {
  const besides = (project: Project) =>
    readdirSync(project.directory).filter((name) => name.startsWith('cache.verify.'));

  /** Creates a pipeline that has run and whose stages wait at the gate. */
  async function ran(gate: Gate): Promise<Project> {
    const project = gated();
    const run = project.start(['run'], { GATE: gate.address });
    for (let index = 0; index < 3; index++) (await gate.next()).finish();
    expect((await run).exitCode).toBe(0);
    return project;
  }

  test('the cache of pipeline verify is deleted after Ctrl-C', async () => {
    const gate = await Gate.open();
    const project = await ran(gate);
    const verifying = project.start(['verify'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    expect(besides(project)).toHaveLength(1);
    verifying.kill('SIGINT');
    const { exitCode, stdout } = await verifying;
    await Promise.all(held.map((stage) => stage.gone));
    expect(exitCode).toBe(130);
    expect(stdout).toContain('interrupted in');
    expect(besides(project)).toEqual([]);
  });

  test('the next verify deletes the cache of a killed one, but not a cache that is in use', async () => {
    const gate = await Gate.open();
    const project = await ran(gate);
    const killed = project.start(['verify'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    killed.kill('SIGKILL');
    await killed;
    await Promise.all(held.map((stage) => stage.gone));
    const [left] = besides(project);
    const first = project.start(['verify', 'a'], { GATE: gate.address });
    const stage = await gate.next();
    expect(besides(project)).not.toContain(left);
    const second = project.start(['verify', 'b'], { GATE: gate.address });
    const other = await gate.next();
    expect(besides(project)).toHaveLength(2);
    stage.finish();
    other.finish();
    expect([(await first).exitCode, (await second).exitCode]).toEqual([0, 0]);
    expect(besides(project)).toEqual([]);
  });
});
