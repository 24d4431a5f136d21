import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toy } from './toy.ts';

describe('pipeline export', () => {
  test('copies each output of a stage under its own name, to be written', async () => {
    const project = toy();
    await project.run();
    const { stdout, exitCode } = await project.pipeline('export', 'join', 'results');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('results/both');
    expect(project.read('results/both/left.txt')).toBe('hello ONE TWO\nTHREE');
    expect(statSync(project.path('results/both/left.txt')).mode & 0o200).toBe(0o200);
    await project.pipeline('export', 'count.count', 'results');
    expect(project.read('results/count.json')).toBe('{"words":3}');
  });

  test('takes a digest, too', async () => {
    const project = toy();
    const { stages } = await project.run();
    const digest = stages.find(({ name }) => name === 'count')?.outputs['count'] ?? '';
    await project.pipeline('export', digest, 'by-digest');
    expect(project.read(`by-digest/${digest}`)).toBe('{"words":3}');
  });

  test('does not replace what is there, unless told to', async () => {
    const project = toy();
    await project.run();
    project.write('results/count.json', 'mine');
    const refused = await project.pipeline('export', 'count', 'results');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('results/count.json: it is there already');
    expect(project.read('results/count.json')).toBe('mine');
    expect((await project.pipeline('export', 'count', 'results', '--force')).exitCode).toBe(0);
    expect(project.read('results/count.json')).toBe('{"words":3}');
  });

  test('means the pipeline as it stands: with --set the result of those params', async () => {
    const project = toy();
    await project.run();
    const absent = await project.pipeline('export', 'shout', 'out', '--set', 'greeting=bye');
    expect(absent.exitCode).toBe(2);
    expect(absent.stderr).toContain('not in the cache (param greeting hello → bye)');
    await project.run('--set', 'greeting=bye');
    await project.pipeline('export', 'shout', 'out', '--set', 'greeting=bye');
    expect(project.read('out/text')).toContain('bye');
  });
});

describe('pipeline inspect', () => {
  test('shows what an output is and where it came from', async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('inspect', 'count');
    expect(stdout).toContain('count.count');
    expect(stdout).toContain('JSON, 11 B');
    expect(stdout).toContain('"words": 3');
    expect(stdout).toMatch(/made by +count \(stages\/count\.ts\)/);
    expect(stdout).toMatch(/metric +words = 3/);
    const directory = await project.pipeline('inspect', 'join.both');
    expect(directory.stdout).toContain('directory, 2 files, 30 B');
  });
});

describe('pipeline explain', () => {
  test("shows the parts of a stage's key", async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('explain', 'shout');
    expect(stdout).toContain('cached');
    expect(stdout).toMatch(/param +greeting +"hello"/);
    expect(stdout).toMatch(/param +times +1/);
    expect(stdout).toMatch(/input +text +[0-9a-f]{64}/);
  });

  test('says which of them changed', async () => {
    const project = toy();
    await project.run();
    project.edit('lib/upper.ts', 'text.toUpperCase()', 'text');
    expect((await project.pipeline('explain', 'shout')).stdout).toContain(
      'would run: stages/shout.ts: lib/upper.ts changed',
    );
  });
});

describe('pipeline graph', () => {
  test.each([
    ['mermaid', /s0 -->\|text\| s1/],
    ['dot', /"read" -> "shout" \[label="text"\]/],
    ['svg', /<svg[\s\S]*>shout<\/text>[\s\S]*<\/svg>/],
    ['json', /"from":"read","to":"shout","output":"text","input":"text"/],
  ])('draws the stages as %s', async (format, expected) => {
    const { stdout, exitCode } = await toy().pipeline('graph', '--format', format);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(expected);
  });
});

test('pipeline --help names every command', async () => {
  const { stdout, exitCode } = await toy().pipeline('--help');
  expect(exitCode).toBe(0);
  for (const command of ['run', 'status', 'explain', 'graph', 'inspect', 'export', 'doctor'])
    expect(stdout).toContain(command);
});
