import { execa } from 'execa';
import { expect, test } from 'vitest';
import { CLI, type Project } from '../../support/project.ts';
import { toy } from '../cli/toy-pipeline.ts';

/** Runs the pipeline in a shell with a limit. */
function runWith(limit: string, project: Project) {
  const script = `ulimit ${limit}; exec "$@"`;
  return execa('/bin/sh', ['-c', script, 'sh', process.execPath, CLI, 'run'], {
    cwd: project.directory,
    reject: false,
    env: { NO_COLOR: '1' },
  });
}

test.each<[string, string, string, string, string]>([
  ['opens too many files', '-n 256', "for (;;) openSync('/dev/null', 'r');", 'EMFILE: too many', 'ulimit -n 4096'],
  [
    'writes a file that is too large',
    '-f 2000',
    'writeFileSync(outputs.count, Buffer.alloc(1 << 24));',
    'EFBIG: file too large',
    'ulimit -f unlimited',
  ],
])('a stage that %s fails with words about the limit', async (_what, limit, body, message, advice) => {
  const project = toy();
  project.edit('stages/count.ts', '    const words', `    ${body}\n    const words`);
  project.edit('stages/count.ts', 'import { readFileSync,', 'import { openSync, readFileSync,');
  const { stdout, exitCode } = await runWith(limit, project);
  expect(stdout).toContain(message);
  expect(stdout).toContain(advice);
  expect(stdout).not.toContain('    at ');
  expect(exitCode).toBe(1);
});

test.each([
  ['open files', '-n 24', 'too many open files (EMFILE)', 'ulimit -n 4096'],
  ['memory', '-v 3000000', 'not enough memory (ENOMEM)', 'ulimit -v'],
  ['the size of files', '-f 0', 'a file became larger than the limit (EFBIG)', 'ulimit -f unlimited'],
])('a runner that meets a limit of %s ends with words', async (_what, limit, message, advice) => {
  const { stderr, exitCode } = await runWith(limit, toy());
  expect(stderr).toContain(`${message}\n`);
  expect(stderr).toContain(advice);
  expect(stderr).not.toContain('    at ');
  expect(exitCode).not.toBe(0);
});
