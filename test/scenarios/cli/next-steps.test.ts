import { describe, expect, test } from 'vitest';
import { commitAll } from '../../support/git.ts';
import { toy } from './toy-pipeline.ts';

describe('printed next steps', () => {
  test('the next steps after a run with --set, -f and --cache show the result of that run', async () => {
    const project = toy();
    project.write('other.yaml', project.read('pipeline.yaml'));
    await project.run();
    const overrides = ['-f', 'other.yaml', '--cache', 'my cache', '--set', 'greeting=good bye'];
    const { stdout } = await project.pipeline('run', ...overrides);
    expect(stdout).toContain(
      "→ pipeline inspect join.both -f other.yaml --cache 'my cache' --set 'greeting=good bye'\n" +
        "→ pipeline export join DIR -f other.yaml --cache 'my cache' --set 'greeting=good bye'",
    );
    await project.pipeline('export', 'join', 'out', ...overrides);
    expect(project.read('out/both/left.txt')).toBe('good bye ONE TWO\nTHREE');
    const dry = await project.pipeline('run', '--dry-run', '--set', 'greeting=hi');
    expect(dry.stdout).toContain('→ To run them: pipeline run --set greeting=hi');
    const absent = await project.pipeline('inspect', 'shout', '--set', 'greeting=hi');
    expect(absent.stderr).toContain('Run the stage: pipeline run shout --set greeting=hi');
  });

  test.each([
    'shout --set greeting=hi',
    '--only shout --set greeting=hi',
    '--until shout --force',
    '--from count --executor local',
    '--since HEAD --set greeting=hi',
  ])('the next step after pipeline run --dry-run %s runs the same stages', async (words) => {
    const project = toy();
    await project.run();
    commitAll(project, 'First results');
    const { stdout } = await project.pipeline('run', '--dry-run', ...words.split(' '));
    expect(stdout).toContain(`→ To run them: pipeline run ${words}`);
  });

  test('the next steps begin with npx if the command was started by npx', async () => {
    const project = toy();
    const started = { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'pipeline' };
    const { stdout } = await project.pipelineWith(started, 'run');
    expect(stdout).toContain('→ npx pipeline inspect join.both\n');
  });
});

describe('results of a run', () => {
  test('pipeline inspect and export warn if the newest run used other params, and latest: shows its result', async () => {
    const project = toy();
    await project.run();
    const same = await project.pipeline('inspect', 'join');
    expect(same.stderr).toBe('');
    const { stdout: last } = await project.run('--set', 'greeting=bye');
    const { run } = JSON.parse(last.trim().split('\n').at(-1) ?? '') as { run: string };
    for (const command of [
      ['inspect', 'join.both'],
      ['export', 'join.both', 'now'],
    ]) {
      const { stderr, exitCode } = await project.pipeline(...command);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(
        `warning: the newest run, ${run}, has another result of stage "join", since its params were others: ` +
          'shout.greeting was "bye", is "hello"',
      );
      expect(stderr).toContain('Look at that one: pipeline inspect latest:join.both');
    }
    expect((await project.pipeline('inspect', 'count')).stderr).toBe('');
    for (const [reference, greeting] of [
      ['latest:join.both', 'bye'],
      ['latest:join', 'bye'],
      [`${run}:join`, 'bye'],
      ['latest~1:join', 'hello'],
    ]) {
      const { stderr } = await project.pipeline('export', reference ?? '', 'out', '--force');
      expect(stderr).toBe('');
      expect(project.read('out/both/left.txt')).toBe(`${greeting} ONE TWO\nTHREE`);
    }
  });

  test.each([
    ['latest~7:join', 'there is only 1 run'],
    ['nothing:join', 'no run has this id'],
    ['latest:joim', 'Did you mean "join"?'],
    ['latest:join.bith', 'Did you mean "both"?'],
  ])('pipeline inspect %s says what is wrong', async (reference, message) => {
    const project = toy();
    await project.run();
    const { stderr, exitCode } = await project.pipeline('inspect', reference);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('a reference to a run says so if the result is no longer in the cache', async () => {
    const project = toy();
    await project.run();
    project.remove('cache/actions');
    const { stderr, exitCode } = await project.pipeline('inspect', 'latest:join');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the result of stage "join" in run \S+ is no longer in the cache/);
  });
});

describe('lockfiles of several pipeline files', () => {
  test('pipeline run -f other.yaml leaves pipeline.lock alone and writes other.lock', async () => {
    const project = toy();
    await project.run();
    const text = project.read('pipeline.lock');
    project.write('other.yaml', project.read('pipeline.yaml').replace('greeting: hello', 'greeting: bye'));
    expect((await project.run('-f', 'other.yaml')).exitCode).toBe(0);
    expect(project.read('pipeline.lock')).toBe(text);
    expect(project.read('other.lock')).toContain('greeting: bye');
    expect((await project.run('--locked')).exitCode).toBe(0);
    expect((await project.run('--locked', '-f', 'other.yaml')).exitCode).toBe(0);
    await project.pipeline('cache', 'gc', '--keep-runs', '0', '--yes');
    expect((await project.run('-f', 'other.yaml')).which('ran')).toEqual([]);
  });

  test('the lockfile of another pipeline file is named by its own name', async () => {
    const project = toy();
    await project.run();
    project.write('other.yaml', project.read('pipeline.yaml'));
    project.write('other.lock', `<<<<<<< HEAD\n${project.read('pipeline.lock')}=======\n>>>>>>> theirs\n`);
    const conflict = await project.run('--locked', '-f', 'other.yaml');
    expect(conflict.stderr).toContain('git checkout --theirs other.lock');
    project.remove('other.lock');
    const absent = await project.run('--locked', '-f', 'other.yaml');
    expect(absent.stderr).toContain('error: other.lock does not exist');
    expect(absent.stderr).not.toContain('pipeline.lock');
  });
});
