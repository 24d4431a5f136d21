import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { CLI, Project, toFinished } from '../../support/project.ts';
import { lines } from '../cli/verifying.ts';
import { projectOf, UNDECLARED } from './undeclared-stages.ts';

/** A project whose stage asks for random numbers, on a machine with no programs but Node, a shell and `programs`. */
async function machineWith(programs: Readonly<Record<string, string>>) {
  const project = new Project(projectOf(UNDECLARED.filter(({ name }) => name === 'random')));
  const bin = project.path('bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  expect((await project.pipeline('run')).exitCode).toBe(0);
  // Not `execaNode`, which puts the folder of Node before those of PATH.
  return async (...args: readonly string[]) => {
    const options = { cwd: project.directory, env: { PATH: bin, NO_COLOR: '1' }, reject: false } as const;
    return toFinished(await execa(process.execPath, [CLI, 'verify', '--strict', ...args], options));
  };
}

/** Writes what strace would have recorded, and runs the command. `--` stands before it. */
const PLAYING_BACK = (recorded: string) => `#!/bin/sh
while [ "$1" != -- ]; do
  [ "$1" = -o ] && printf '${recorded}\\n' > "$2"
  shift
done
shift
exec "$@"
`;

describe('pipeline verify --strict --pass trace', () => {
  test.each([
    ['is not installed', {}, 'strace is not installed', 'apt install strace'],
    [
      'may not trace a process',
      { strace: '#!/bin/sh\necho "strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted" >&2\nexit 1\n' },
      'strace cannot trace a process here: strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted',
      'docker run --cap-add=SYS_PTRACE',
    ],
  ])('fails with what to do if strace %s', async (_what, programs, message, advice) => {
    const verify = await machineWith(programs);
    const finished = await verify('--pass', 'trace');
    expect(finished.exitCode).toBe(2);
    expect(finished.stderr).toBe('');
    expect(finished.stdout).toContain('could not run here');
    expect(finished.stdout).toContain(message);
    expect(finished.stdout).toContain(advice);
    expect(finished.stdout).not.toContain('nothing found');
  });

  test('reports what strace has recorded and what the code has asked Node for', async () => {
    const recorded =
      '7 execve("/usr/bin/node", ["node"], 0x7fff /* 3 vars */) = 0\\n7 openat(AT_FDCWD</>, "/srv/secret.txt", O_RDONLY) = 3</srv/secret.txt>';
    const verify = await machineWith({ strace: PLAYING_BACK(recorded) });
    const finished = await verify('--pass', 'trace', '--json');
    expect(finished.exitCode).toBe(3);
    const found = lines(finished, 'finding').map(({ stage, kind, subject }) => ({ stage, kind, subject }));
    expect(found).toEqual([
      { stage: 'random', kind: 'read', subject: '/srv/secret.txt' },
      { stage: 'random', kind: 'random', subject: 'Math.random()' },
    ]);
    expect(lines(finished, 'pass-finished')).toMatchObject([{ pass: 'trace', state: 'found', findings: 2, gaps: 0 }]);
    expect(lines(finished, 'verify-finished')).toEqual([
      { type: 'verify-finished', ok: false, passes: [{ pass: 'trace', state: 'found' }] },
    ]);
  });

  test('is incomplete if strace has recorded nothing', async () => {
    const verify = await machineWith({ strace: PLAYING_BACK('') });
    const finished = await verify('--pass', 'trace', '--json');
    expect(lines(finished, 'gap')).toMatchObject([{ message: 'strace has recorded nothing of stage "random"' }]);
    expect(lines(finished, 'pass-finished')).toMatchObject([{ pass: 'trace', findings: 1, gaps: 1 }]);
    expect(finished.exitCode).toBe(3);
  });

  test('is one of the passes that run if none is named', async () => {
    const verify = await machineWith({});
    const finished = await verify('--json');
    expect(lines(finished, 'pass-finished')[0]).toMatchObject({ pass: 'trace', state: 'not-run' });
    expect(finished.exitCode).not.toBe(0);
  });

  test.each([
    ['--pass without --strict', ['verify', '--pass', 'trace'], '--pass needs --strict'],
    ['--keep', ['verify', '--strict', '--keep', 'kept'], '--strict and --keep cannot be combined'],
    ['an unknown pass', ['verify', '--strict', '--pass', 'trase'], 'trase'],
  ])('rejects %s', async (_what, args, message) => {
    const { exitCode, stderr } = await new Project(projectOf(UNDECLARED.slice(0, 1))).pipeline(...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
