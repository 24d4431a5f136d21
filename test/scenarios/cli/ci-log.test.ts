import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { CLI } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

/** The toy pipeline with a stage that prints something. */
function talking() {
  const project = toy();
  project.edit(
    'stages/count.ts',
    'run({ inputs, outputs, metrics }) {',
    "run({ inputs, outputs, metrics }) {\n    console.log('counting');",
  );
  return project;
}

describe('a run in a CI job', () => {
  test('has times and groups, and with --json they are not between the lines of JSON', async () => {
    const project = talking();
    const { stdout, stderr } = await project.pipelineWith({ GITHUB_ACTIONS: 'true' }, 'run', '--json');
    expect(stderr).toMatch(/^::group::count: output\n\d\d:\d\d:\d\d {3}count: counting\n::endgroup::$/m);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d ✓ count ran in/m);
    for (const line of stdout.trim().split('\n')) JSON.parse(line);
  });

  test('redraws nothing where a job has a terminal', async () => {
    const project = talking();
    const command = `${process.execPath} ${CLI} run`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: project.directory,
      env: { NO_COLOR: '1', CI: '', TERM: 'xterm-256color', BUILDKITE: 'true' },
    });
    expect(stdout).toMatch(/^--- count: output\r?\n\d\d:\d\d:\d\d {3}count: counting\r?\n\+\+\+ \d\d:\d\d:\d\d /m);
    expect(stdout).not.toContain('\u001b[');
  });

  test('says what would run as everywhere', async () => {
    const project = talking();
    const { stdout } = await project.pipelineWith({ GITHUB_ACTIONS: 'true' }, 'status');
    expect(stdout).toBe((await project.pipeline('status')).stdout);
  });

  test('shows an error of the pipeline file beside its line', async () => {
    const project = toy();
    project.edit('pipeline.yaml', '  count:\n', '  count:\n    modul: x\n');
    const environment = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.directory };
    const { stderr, exitCode } = await project.pipelineWith(environment, 'run');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^::error file=pipeline\.yaml,line=\d+,col=5,endColumn=\d+,title=pipeline::/m);
  });
});
