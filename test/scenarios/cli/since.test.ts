import { execa, execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { commitAll, git } from '../../support/git.ts';
import { CLI, Project } from '../../support/project.ts';
import { FOLDS } from './folds-pipeline.ts';
import { TOY, toy } from './toy-pipeline.ts';

/** A pipeline whose first commit has the lockfile of a complete run. */
async function committed(project = toy()): Promise<{ readonly project: Project; readonly commit: string }> {
  expect((await project.run()).exitCode).toBe(0);
  return { project, commit: commitAll(project, 'First results') };
}

const names = (stages: readonly { readonly name: string }[]) => stages.map(({ name }) => name);

describe('pipeline run --since', () => {
  test('runs and lists what has changed since a commit, and what is downstream of it', async () => {
    const { project, commit } = await committed();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const dry = await project.pipeline('run', '--since', 'main', '--dry-run');
    expect(dry.stdout).toContain(
      `1 stage has changed since main (${commit.slice(0, 7)}), and 1 stage is downstream of it:\n  shout: param greeting hello → bye\n`,
    );
    expect(dry.stdout).not.toMatch(/read|count/);
    const { exitCode, stages, which, stdout } = await project.run('--since', 'main');
    expect(exitCode).toBe(0);
    expect(names(stages)).toEqual(['shout', 'join']);
    expect(which('ran')).toEqual(['shout', 'join']);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual({
      type: 'changes',
      since: 'main',
      commit,
      stages: [{ stage: 'shout', reasons: ['param greeting hello → bye'] }],
      affected: ['shout', 'join'],
    });
    expect(stdout).not.toContain('"name":"read"');
  });

  test('compares with the commit, not with the last run', async () => {
    const { project } = await committed();
    project.edit('lib/upper.ts', 'text.toUpperCase()', 'text.toUpperCase().trim()');
    expect((await project.run()).exitCode).toBe(0);
    const { which, stages } = await project.run('--since', 'HEAD');
    expect(names(stages)).toEqual(['shout', 'join']);
    expect(which('cached')).toEqual(['shout', 'join']);
  });

  test('finds a changed input that Git does not track', async () => {
    const project = toy();
    project.write('.gitignore', 'cache/\nnode_modules\ndata/\n');
    git(project, 'init', '--quiet', '--initial-branch=main');
    await committed(project);
    expect(git(project, 'ls-files', 'data')).toBe('');
    project.write('data/b.txt', 'four\n');
    const { which } = await project.run('--since', 'HEAD');
    expect(which('ran')).toEqual(['read', 'shout', 'count', 'join']);
  });

  test('runs nothing, and says so, if nothing has changed', async () => {
    const { project, commit } = await committed();
    const { exitCode, stdout } = await project.pipeline('run', '--since', 'HEAD');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`no stage has changed since HEAD (${commit.slice(0, 7)})`);
    expect((await project.run('--since', 'HEAD')).stdout.split('\n').at(-1)).toBe(
      '{"type":"run-finished","ok":true,"run":null,"seconds":0,"stages":[]}',
    );
  });

  test('runs an upstream stage that has not changed if its result is not in the cache, and lists it', async () => {
    const { project } = await committed();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    project.remove('cache');
    const { which, stages } = await project.run('--since', 'HEAD');
    expect(which('ran')).toEqual(['read', 'shout', 'count', 'join']);
    expect(stages).toHaveLength(4);
  });

  test('runs, of the named stages and of those upstream of them, what has changed', async () => {
    const { project } = await committed();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    expect(names((await project.run('shout', '--since', 'HEAD')).stages)).toEqual(['shout']);
    expect((await project.run('count', '--since', 'HEAD')).stages).toEqual([]);
    expect(names((await project.run('--until', 'shout', '--since', 'HEAD')).stages)).toEqual(['shout']);
  });

  test('knows a new stage, and a lockfile in a folder of the repository', async () => {
    const files = Object.fromEntries(Object.entries(TOY).map(([path, text]) => [`project/${path}`, text]));
    const project = new Project(files);
    expect((await project.pipeline('run', '-f', 'project')).exitCode).toBe(0);
    commitAll(project, 'First results');
    project.edit(
      'project/pipeline.yaml',
      '  count:\n',
      '  again: { module: stages/count.ts, inputs: { text: read.text } }\n  count:\n',
    );
    const { stages, stdout } = await project.run('-f', 'project', '--since', 'HEAD');
    expect(names(stages)).toEqual(['again']);
    expect(stdout).toContain('{"stage":"again","reasons":["it is not in the lockfile"]}');
  });
});

describe('pipeline run --since in a pipeline whose instances a stage puts out', () => {
  const files = { 'names.json': '["a","b"]', 'pipeline.yaml': FOLDS };

  test('runs the instances that have changed, also in a clone whose cache is empty', async () => {
    const { project } = await committed(new Project(files));
    project.edit('pipeline.yaml', 'rate: 1', 'rate: 2');
    expect((await project.run('--since', 'HEAD')).which('ran')).toEqual(['train@fold=a', 'train@fold=b']);
    project.remove('cache');
    const { which } = await project.run('--since', 'HEAD');
    expect(which('ran')).toEqual(['split', 'train@fold=a', 'train@fold=b']);
  });

  test('runs an instance that the commit does not know', async () => {
    const { project } = await committed(new Project(files));
    project.write('names.json', '["a","b","c"]');
    const { which } = await project.run('--since', 'HEAD');
    expect(which('ran')).toEqual(['split', 'train@fold=c']);
  });
});

describe('pipeline run --since says what to do', () => {
  test('if there is no such revision', async () => {
    const { project } = await committed();
    for (const revision of ['nothing', 'HEAD..main', '0'.repeat(40)]) {
      const { exitCode, stderr } = await project.pipeline('run', '--since', revision);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        `error: --since ${revision}: Git knows no such revision\n  → Name one commit, such as main`,
      );
    }
    const option = await project.pipeline('run', '--since=--output=stolen');
    expect(option.stderr).toContain('Git knows no such revision');
    expect(project.exists('stolen')).toBe(false);
  });

  test('if the clone belongs to somebody else, as it often does in a container', async () => {
    const { project } = await committed();
    const environment = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const { stderr } = await project.pipelineWith(environment, 'run', '--since', 'HEAD');
    expect(stderr).toContain(`→ If you trust it: git config --global --add safe.directory ${project.directory} (or`);
  });

  test('if the clone is shallow', async () => {
    const { project } = await committed();
    project.write('other.txt', 'x');
    commitAll(project, 'Second');
    const clone = new Project({});
    execaSync('git', ['clone', '--quiet', '--depth=1', `file://${project.directory}`, clone.path('clone')]);
    const { stderr } = await clone.pipeline('run', '-f', 'clone', '--since', 'HEAD~1');
    expect(stderr).toContain('This clone is shallow, so it lacks most of the history. Fetch it: git fetch --unshallow');
  });

  test('if the commit has no lockfile', async () => {
    const project = toy();
    commitAll(project, 'No results yet');
    const { exitCode, stderr } = await project.pipeline('run', '--since', 'HEAD');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'error: --since HEAD: the commit has no pipeline.lock to compare with\n  → Commit the lockfile that a complete run writes',
    );
  });

  test('if the lockfile of the commit is corrupted', async () => {
    const { project } = await committed();
    project.write('pipeline.lock', 'shout: 1\n');
    commitAll(project, 'Break it');
    const { exitCode, stderr } = await project.pipeline('run', '--since', 'HEAD');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: HEAD:pipeline.lock:1:8: ');
    expect(stderr).toContain('→ Name another commit, whose lockfile is valid: git log --oneline -- pipeline.lock');
  });

  test('if the lockfile of the commit has conflict markers', async () => {
    const { project } = await committed();
    project.write('pipeline.lock', `<<<<<<< HEAD\n${project.read('pipeline.lock')}=======\n>>>>>>> theirs\n`);
    commitAll(project, 'Merge');
    const { exitCode, stderr } = await project.pipeline('run', '--since', 'HEAD');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: HEAD:pipeline.lock:1:1: unresolved merge conflict');
    expect(stderr).toContain('→ Name another commit, whose lockfile is valid: git log --oneline -- pipeline.lock');
    expect(stderr).not.toContain('git checkout');
  });

  test('if an input is missing, unless only other stages are named', async () => {
    const { project } = await committed();
    project.edit('pipeline.yaml', 'inputs: { folder: ./data }', 'inputs: { folder: ./nowhere }');
    const { exitCode, stderr } = await project.pipeline('run', '--since', 'HEAD');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: pipeline.yaml:6:23: input "folder" of stage "read" does not exist: ./nowhere');
    expect(stderr).toContain('→ Put the data at ');
    expect(stderr).toBe((await project.pipeline('run')).stderr);
    project.edit(
      'pipeline.yaml',
      '  count:\n',
      '  other: { shell: true, command: "echo 1 > {outputs.out}", outputs: [out] }\n  count:\n',
    );
    expect(names((await project.run('other', '--since', 'HEAD')).stages)).toEqual(['other']);
  });

  test('if the revision is empty, has spaces or is long', async () => {
    const { project } = await committed();
    const long = `${'a'.repeat(60)}…${'a'.repeat(59)}`;
    for (const [given, shown] of [
      ['', "''"],
      ['no such thing', "'no such thing'"],
      ['a'.repeat(1000), `'${long}'`],
    ]) {
      const { exitCode, stderr } = await project.pipeline('run', `--since=${given}`);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`error: --since ${shown}: Git knows no such revision\n  → Name one commit`);
    }
  });

  test('outside of a repository, and without Git', async () => {
    const project = toy();
    const outside = await project.pipeline('run', '--since', 'HEAD');
    expect(outside.exitCode).toBe(2);
    expect(outside.stderr).toContain('error: --since HEAD: Git cannot read a repository here: not a git repository');
    const { stderr } = await execa(process.execPath, [CLI, 'run', '--since', 'HEAD'], {
      ...{ cwd: project.directory, reject: false },
      env: { NO_COLOR: '1', PATH: '/nowhere' },
    });
    expect(stderr).toContain('error: --since: there is no program "git"\n  → Install Git');
  });

  test('together with --from, --only and --force', async () => {
    const { project } = await committed();
    for (const words of [['--from', 'read'], ['--only', 'read'], ['--force']]) {
      const { exitCode, stderr } = await project.pipeline('run', '--since', 'HEAD', ...words);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`error: ${words.join(' ')}: --since cannot be combined with ${words[0]}`);
    }
  });
});
