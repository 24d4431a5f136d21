import { chmodSync } from 'node:fs';
import { delimiter } from 'node:path';
import { expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { foundIn, strictProject, verifyStrict } from './strict-project.ts';

/** Puts a program that prints this and fails before the others. Returns the environment that has it. */
function withFailing(project: Project, program: string, message: string) {
  project.write(`bin/${program}`, `#!/bin/sh\necho '${message}' >&2\nexit 1\n`);
  chmodSync(project.path(`bin/${program}`), 0o755);
  return { PATH: [project.path('bin'), process.env['PATH']].join(delimiter) };
}

test('all passes run if none is named, and none without --strict', async () => {
  const project = await strictProject({ fine: { expression: '1' } });
  const strict = await project.pipeline('verify', '--strict', '--json');
  const finished = JSON.parse(strict.stdout.trim().split('\n').at(-1) ?? '') as { passes: readonly { pass: string }[] };
  expect(finished.passes.map(({ pass }) => pass)).toEqual(['trace', 'hide', 'vary']);
  expect((await project.pipeline('verify')).exitCode).toBe(0);
  expect((await project.pipeline('verify', '--pass', 'hide')).stderr).toContain('--pass needs --strict');
});

const UID_MAP = 'bwrap: setting up uid map: Permission denied';

test('a pass that needs a sandbox has not passed where bubblewrap is blocked, and says what to do', async () => {
  const project = await strictProject({ fine: { expression: '1' } });
  const result = await verifyStrict(project, 'hide', withFailing(project, 'bwrap', UID_MAP));
  expect(result).toMatchObject({ exitCode: 2, state: 'not-run', findings: [] });
  expect(result.gaps).toHaveLength(1);
  expect(result.gaps[0]?.message).toBe(`bubblewrap cannot make a sandbox here: ${UID_MAP}`);
  expect(result.gaps[0]?.advice).toMatch(/user namespaces|--privileged/);
});

test('what cannot be varied without a sandbox is listed, and the rest is varied', async () => {
  const project = await strictProject({
    fine: { expression: '1' },
    zoned: { expression: 'new Date(0).getHours()' },
    named: { expression: 'os.hostname()' },
  });
  const environment = withFailing(project, 'bwrap', UID_MAP);
  const result = await verifyStrict(project, 'vary', environment);
  expect(foundIn(result)).toEqual({ zoned: ['variation time zone'] });
  expect(result.exitCode).toBe(3);
  expect(result.gaps[0]?.message).toContain('not varied: user, host name, directory order, build path.');
  const fine = await verifyStrict(project, 'vary', environment, 'fine');
  expect(fine, 'not proven').toMatchObject({ exitCode: 2, state: 'incomplete', findings: [] });
});
