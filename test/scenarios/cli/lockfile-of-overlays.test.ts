import { describe, expect, test } from 'vitest';
import { toy } from './toy-pipeline.ts';

describe('pipeline.lock with overlays', () => {
  test('a run with --set does not change the lockfile', async () => {
    const project = toy();
    await project.run();
    const text = project.read('pipeline.lock');
    expect((await project.run('--set', 'greeting=bye')).exitCode).toBe(0);
    expect(project.read('pipeline.lock')).toBe(text);
    expect((await project.run('--locked')).exitCode).toBe(0);
  });

  test('a profile has its own lockfile, which --locked, verify and gc read', async () => {
    const project = toy();
    project.edit(
      'pipeline.yaml',
      'stages:\n  read:',
      'profiles: { polite: { greeting: good morning } }\nstages:\n  read:',
    );
    await project.run();
    const text = project.read('pipeline.lock');
    const polite = await project.run('--profile', 'polite');
    expect(polite.which('ran')).toEqual(['shout', 'join']);
    expect(project.read('pipeline.lock')).toBe(text);
    expect(project.read('pipeline.polite.lock')).toContain('good morning');
    for (const profile of [[], ['--profile', 'polite']]) {
      expect((await project.run('--locked', ...profile)).exitCode).toBe(0);
      expect((await project.pipeline('verify', 'shout', ...profile)).exitCode).toBe(0);
    }
    await project.pipeline('cache', 'gc', '--keep-runs', '0', '--yes');
    expect((await project.run('--profile', 'polite')).which('cached')).toEqual(['read', 'shout', 'count', 'join']);
  });
});
