import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

const SCRIPTS = resolve(import.meta.dirname, '../../../src/engine/cli/completion/scripts');

async function complete(project: Project, ...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await project.pipeline('complete', '--', ...words);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout === '' ? [] : stdout.split('\n');
}

/** Returns what bash offers at the end of a line. */
async function bash(project: Project, line: string): Promise<readonly string[]> {
  const cli = resolve(import.meta.dirname, '../../../dist/cli.cjs');
  const { stdout } = await execa('bash', ['--norc', '-c', BASH, 'bash', line], {
    cwd: project.directory,
    env: { SCRIPT: resolve(SCRIPTS, 'pipeline.bash'), CLI: cli, NODE: process.execPath },
  });
  return stdout === '' ? [] : stdout.split('\n');
}

const BASH = `
  source "$SCRIPT"
  pipeline() { "$NODE" "$CLI" "$@"; }
  # Bash has it only while it completes.
  compopt() { :; }
  COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDBREAKS=" ="
  _pipeline pipeline
  printf '%s\\n' "\${COMPREPLY[@]}"
`;

describe('pipeline complete', () => {
  test('completion knows the declarations of stages after a run, and never runs their modules itself', async () => {
    const project = toy();
    // Before the first run, an output is known only if another stage reads it.
    expect(await complete(project, 'inspect', 'jo')).toEqual(['join']);
    expect(await complete(project, 'inspect', 'read.')).toEqual(['read.text']);
    expect(await complete(project, 'run', '--set', 'shout.')).toEqual(['shout.greeting=']);
    expect(project.exists('cache')).toBe(false);
    await project.pipeline('status');
    expect(await complete(project, 'inspect', 'jo')).toEqual(['join', 'join.both']);
    expect(await complete(project, 'inspect', 'la')).toEqual(['latest:']);
    expect(await complete(project, 'inspect', 'latest:jo')).toEqual(['latest:join', 'latest:join.both']);
    expect(await complete(project, 'run', '--set', 'shout.')).toEqual(['shout.greeting=', 'shout.times=']);
    // Also while the pipeline file is being edited.
    project.edit('pipeline.yaml', 'name: toy', 'name: toys');
    expect(await complete(project, 'inspect', 'jo')).toEqual(['join', 'join.both']);
  });

  test('completion knows shared params, profiles and descriptions', async () => {
    const project = toy();
    project.edit('pipeline.yaml', 'name: toy', 'profiles: { loud: { greeting: HELLO } }\nname: toy');
    project.edit('pipeline.yaml', '  join:', '  join:\n    description: "Puts\\n  both together."');
    expect(await complete(project, 'run', '--profile', '')).toEqual(['loud']);
    expect(await complete(project, 'run', '--set', 'g')).toEqual(['greeting=']);
    expect(await complete(project, 'run', 'j')).toEqual(['join\tPuts both together.']);
  });

  test('completion finds the pipeline file in a parent folder, and the one given by -f', async () => {
    const project = toy();
    project.write('deep/down/file', '');
    const { stdout } = await project.start(['complete', '--', 'run', 're'], {}, 'deep/down');
    expect(stdout).toBe('read');
    project.write('other.yaml', 'stages: { rest: { module: stages/read.ts } }');
    expect(await complete(project, 'run', '-f', 'other.yaml', 're')).toEqual(['rest']);
  });

  test.each([
    ['no pipeline', undefined],
    ['an empty one', ''],
    ['a list', '[1, 2]'],
    ['text', 'stages'],
    ['stages that are none', 'stages: 1\nparams: []\nprofiles: x'],
    ['a stage that is empty', 'stages: { other: }'],
    ['an alias of nothing', 'stages: *nowhere'],
    [
      'an alias bomb',
      `a: &a [x,x,x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    ],
    ['no text at all', '\0\u0001\uffff'],
  ])('completion prints no error for %s', async (_what, text) => {
    const project = new Project(text === undefined ? {} : { 'pipeline.yaml': text });
    expect(await complete(project, 'run', 're')).toEqual([]);
    expect(await complete(project, 'run', '--set', 're')).toEqual([]);
  });

  test('completion offers the stages of an incomplete pipeline file', async () => {
    const project = toy();
    project.write('pipeline.yaml', `${project.read('pipeline.yaml')}  five: { module: "stages/`);
    expect(await complete(project, 'run', '')).toEqual(['read', 'shout', 'count', 'join', 'five']);
  });

  test('completion prints no error without words, or if the cache is not a folder', async () => {
    const project = toy();
    expect(await complete(project)).toContain('--help\tprint help');
    project.write('cache', 'no folder');
    expect(await complete(project, 'run', 're')).toEqual(['read']);
  });

  test('pipeline complete is not listed by --help', async () => {
    const { stdout } = await toy().pipeline('--help');
    expect(stdout).toContain('completion');
    expect(stdout).not.toMatch(/^ {2}complete /m);
  });
});

describe('pipeline completion', () => {
  test.each(['bash', 'zsh', 'fish'])('the script for %s says how to install it', async (shell) => {
    const project = new Project({});
    const { exitCode, stdout } = await project.pipeline('completion', shell);
    expect(exitCode).toBe(0);
    expect(`${stdout}\n`).toBe(readFileSync(resolve(SCRIPTS, `pipeline.${shell}`), 'utf8'));
    expect(stdout).toContain(`pipeline completion ${shell}`);
    const json = await project.pipeline('completion', shell, '--json');
    expect(JSON.parse(json.stdout)).toEqual({ type: 'completion', shell, script: `${stdout}\n` });
  });

  test('an unknown shell is rejected, with the most similar one as advice', async () => {
    const { exitCode, stdout, stderr } = await new Project({}).pipeline('completion', 'basj');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe('error: no completion script for shell "basj"\n  → Did you mean "bash"?');
    expect((await new Project({}).pipeline('completion', 'powershell')).stderr).toContain('bash, zsh and fish');
  });
});

describe('completion in bash', () => {
  test('bash completes commands, stages and options', async () => {
    const project = toy();
    expect(await bash(project, 'pipeline exp')).toEqual(['explain', 'export', 'export-workflow']);
    expect(await bash(project, 'pipeline run ')).toEqual(['read', 'shout', 'count', 'join']);
    expect(await bash(project, 'pipeline  run   sh')).toEqual(['shout']);
    expect(await bash(project, 'pipeline run --un')).toEqual(['--until']);
    expect(await bash(project, 'pipeline run nothing-like-it')).toEqual([]);
  });

  test('bash completes only what follows "=", where it splits words', async () => {
    const project = toy();
    project.edit('pipeline.yaml', 'name: toy', 'profiles: { loud: {}, low: {} }\nname: toy');
    expect(await bash(project, 'pipeline run --profile=lo')).toEqual(['loud', 'low']);
    expect(await bash(project, 'pipeline run --set gr')).toEqual(['greeting=']);
    expect(await bash(project, 'pipeline run --set=shout.g')).toEqual(['shout.greeting=']);
  });

  test('bash completes paths where they are possible', async () => {
    const project = toy();
    project.write('with space.yaml', project.read('pipeline.yaml'));
    expect(await bash(project, 'pipeline run -f pip')).toEqual(['pipeline.yaml']);
    expect(await bash(project, 'pipeline run --file=pip')).toEqual(['pipeline.yaml']);
    expect(await bash(project, 'pipeline export read da')).toEqual(['data']);
    expect(await bash(project, 'pipeline run -f with\\ sp')).toEqual(['with space.yaml']);
    expect(await bash(project, 'pipeline run -f with\\ space.yaml sh')).toEqual(['shout']);
  });

  test('bash shows no error if there is nothing to complete', async () => {
    expect(await bash(new Project({}), 'pipeline run ')).toEqual([]);
    const { stdout, stderr } = await execa(
      'bash',
      ['-c', BASH.replace('"$NODE"', 'no-such-program'), 'bash', 'pipeline r'],
      {
        env: { SCRIPT: resolve(SCRIPTS, 'pipeline.bash') },
      },
    );
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '', stderr: '' });
  });
});
