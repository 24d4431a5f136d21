import { describe, expect, test } from 'vitest';
import { expectHarmless, rendered } from '../../engine/summary/rendered.ts';
import { commitAll, git } from '../../support/git.ts';
import { readAction, runAction } from '../../support/github-action.ts';
import type { Project } from '../../support/project.ts';
import { TOY, toy } from '../cli/toy-pipeline.ts';

const ACTIONS = ['action.yml', '.github/actions/comment/action.yml'];

describe.each(ACTIONS)('%s', (path) => {
  test('interpolates nothing into a script, where it could become code', () => {
    const scripts = readAction(path).runs.steps.map(({ run = '' }) => run);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  test('names other actions by their commit, which nobody can move', () => {
    const used = readAction(path).runs.steps.flatMap(({ uses }) => uses ?? []);
    expect(used.filter((name) => !/@[0-9a-f]{40}$/.test(name))).toEqual([]);
  });
});

/** A clone in which the base of a pull request is committed with its results. */
async function base(): Promise<{ readonly project: Project; readonly commit: string }> {
  const project = toy();
  expect((await project.run()).exitCode).toBe(0);
  return { project, commit: commitAll(project, 'Base') };
}

const headings = (page: string) => [...rendered(page).querySelectorAll('h3, h4')].map(({ textContent }) => textContent);

describe('the action', () => {
  test('runs what a pull request changes, and says on its page what that was and which metrics it changed', async () => {
    const { project, commit } = await base();
    project.write('data/b.txt', 'three four five\n');
    await project.run();
    commitAll(project, 'More data');
    const { exitCode, page, outputs } = await runAction('action.yml', {
      project,
      contexts: { 'github.event.pull_request.base.sha': commit },
      npx: 'real',
    });
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ 'exit-code': '0' });
    expect(headings(page)).toEqual([
      'Pipeline toy ✓ passed',
      `Metrics that differ from ${commit} (${commit.slice(0, 7)}) (1 do not)`,
      expect.stringMatching(/^4 stages from the cache: [\d.]+ s saved$/),
      'Graph',
    ]);
    expect(page).toContain('<td><code>count</code></td><td><code>words</code></td><td>3</td><td>5</td><td>+2</td>');
  });

  test('says why stages ran in a job whose cache is empty, and what it could not compare', async () => {
    const { project, commit } = await base();
    project.remove('cache');
    const { exitCode, page, log } = await runAction('action.yml', {
      project,
      inputs: { since: commit, verify: 'all' },
    });
    expect(exitCode).toBe(0);
    expect(headings(page)).toContain('What ran, and why');
    expect(page).toContain('it has not run yet');
    expect(page).toContain('· 4 recomputed in an empty cache, byte-identical ·');
    expect(log).toMatch(/^\d\d:\d\d:\d\d ✓ join ran in/m);
    expect(log).toContain('reproduced: 4 stages, byte-identical to the lockfile');
  });

  test('fails with the exit code of the run, after it has shown the error beside its line', async () => {
    const { project } = await base();
    project.write(
      'stages/join.ts',
      TOY['stages/join.ts'].replace('mkdirSync(outputs.both);', "throw new Error('no luck');"),
    );
    const { exitCode, page, log } = await runAction('action.yml', { project, inputs: { locked: 'false' } });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^::error file=stages\/join\.ts,line=9,.*title=join::no luck$/m);
    expect(headings(page)).toContain('1 problem');
    expect(page).toContain('<pre>no luck');
  });

  test('fails with 3 if the lockfile does not match, and says what has changed', async () => {
    const { project } = await base();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const { exitCode, page, log } = await runAction('action.yml', { project });
    expect(exitCode).toBe(3);
    expect(log).toContain(
      '::error file=pipeline.lock,title=pipeline.lock does not match the current pipeline::shout: param greeting hello → bye\n',
    );
    expect(headings(page)).toEqual([
      'Pipeline toy ≠ not reproduced',
      'The lockfile does not match the pipeline',
      'Graph',
    ]);
    expect(page).toContain('param greeting hello → bye');
  });

  test('says that a pipeline is invalid', async () => {
    const { project } = await base();
    project.edit('pipeline.yaml', '  count:\n    module:', '  count:\n    modul:');
    const { exitCode, page } = await runAction('action.yml', { project });
    expect(exitCode).toBe(2);
    expect(headings(page)[0]).toBe('Pipeline pipeline ✗ not run');
    expect(page).toContain('<code>pipeline.yaml:');
  });

  test('uploads results, but none of a fork', async () => {
    const { project } = await base();
    project.write('remote/none', '');
    const inputs = { remote: project.path('remote') };
    const fork = 'github.event.pull_request && github.event.pull_request.head.repo.full_name != github.repository';
    project.remove('cache');
    expect((await runAction('action.yml', { project, inputs, contexts: { [fork]: 'true' } })).exitCode).toBe(0);
    expect(project.list('remote')).toEqual(['none']);
    project.remove('cache');
    expect((await runAction('action.yml', { project, inputs })).exitCode).toBe(0);
    expect(project.list('remote')).toContain('ac');
  });

  test('takes inputs for data: none of them is a command, and none an option', async () => {
    const { project } = await base();
    const stages = '$(touch stolen) ; touch stolen `touch stolen` * --help';
    const { exitCode, log } = await runAction('action.yml', {
      project,
      inputs: { stages, verify: stages, profile: '--help', file: '$(touch stolen)', since: '--output=stolen' },
    });
    expect(exitCode).toBe(2);
    expect(log).not.toContain('Usage:');
    expect(project.exists('stolen')).toBe(false);
  });

  test('does not run the code of a pull request where that would get secrets', async () => {
    const { project } = await base();
    const { exitCode, log } = await runAction('action.yml', {
      project,
      environment: { GITHUB_EVENT_NAME: 'pull_request_target' },
    });
    expect(exitCode).toBe(2);
    expect(log).toContain('Use pull_request.');
    expect(log).not.toContain('toy');
  });

  test('fetches the base of a clone that has one commit only', async () => {
    const { project, commit } = await base();
    project.write('data/b.txt', 'three four five\n');
    await project.run();
    commitAll(project, 'More data');
    git(project, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const clone = toy();
    clone.remove('pipeline.yaml');
    git(clone, 'init', '--quiet');
    git(clone, 'remote', 'add', 'origin', `file://${project.directory}`);
    git(clone, 'fetch', '--quiet', '--depth=1', 'origin', 'main');
    git(clone, 'checkout', '--quiet', '--force', 'FETCH_HEAD');
    const { page, exitCode } = await runAction('action.yml', { project: clone, inputs: { since: commit } });
    expect(exitCode).toBe(0);
    expect(headings(page)).toContain(`Metrics that differ from ${commit} (${commit.slice(0, 7)})`);
    expect(page).toContain('<td>not in the cache</td>');
  });
});

test('a stage of a hostile pull request gives the log no command, and the page nothing but text', async () => {
  const { project } = await base();
  const hostile = '</code><img src=x> @somebody ::set-output name=a::b ##[add-mask]secret';
  project.write(
    'stages/count.ts',
    `import { writeFileSync } from 'node:fs';
import { defineStage, failed } from 'pipeline';
const text = ${JSON.stringify(hostile)};
export default defineStage({
  inputs: ['text'],
  outputs: ['count.json'],
  run({ outputs, log, metrics }) {
    log('\\n::error::' + text + '\\n##[group]' + text);
    console.log('::add-mask::' + text);
    metrics({ [text]: 1 });
    writeFileSync(outputs.count, '{}');
    return failed([{ message: '::stop-commands::' + text + '\\n::warning::x', advice: '::debug::' + text }]);
  },
});
`,
  );
  const { log, page, exitCode } = await runAction('action.yml', { project, inputs: { locked: 'false' } });
  expect(exitCode).toBe(1);
  const commands = log.split('\n').filter((line) => /^\s*::/.test(line));
  expect(commands.filter((line) => !/^::(group::count: output|endgroup::|error )/.test(line))).toEqual([]);
  expect(log.split('\n').filter((line) => line.includes('##[') && !line.startsWith('::error '))).toEqual([]);
  expect(log).toContain('  \\x3a:warning::x');
  expectHarmless(page, /somebody|set-output|secret/);
});
