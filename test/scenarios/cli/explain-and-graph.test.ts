import { describe, expect, test } from 'vitest';
import { toy } from './toy-pipeline.ts';

describe('pipeline explain', () => {
  test("pipeline explain shows the parts of a stage's key", async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('explain', 'shout');
    expect(stdout).toContain('cached');
    expect(stdout).toMatch(/param +greeting +"hello"/);
    expect(stdout).toMatch(/param +times +1/);
    expect(stdout).toMatch(/input +text +[0-9a-f]{64}/);
  });

  test('pipeline explain marks the parts that changed', async () => {
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
    ['mermaid', /s0 -->\|"text"\| s1/],
    ['dot', /"artifact read" -> "artifact shout" \[label=<<table.*>text<\/td>/],
    ['svg', /<svg[\s\S]*>● shout<\/text>[\s\S]*<\/svg>/],
    ['json', /"from":"read","to":"shout","output":"text","input":"text"/],
  ])('pipeline graph prints the stages as %s', async (format, expected) => {
    const { stdout, exitCode } = await toy().pipeline('graph', '--format', format);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(expected);
  });

  test('pipeline graph shows the state of each stage', async () => {
    const project = toy();
    const states = async () => {
      const { stages, counts, paths } = JSON.parse((await project.pipeline('graph', '--json')).stdout);
      return { states: stages.map(({ state }: { state: string }) => state), counts, paths };
    };
    await project.run();
    expect(await states()).toMatchObject({ counts: { cached: 4 }, paths: [{ path: './data', missing: false }] });
    project.edit('stages/count.ts', 'words });', 'words: words + 1 });');
    expect(await states()).toMatchObject({ states: ['cached', 'cached', 'would-run', 'would-run'] });
    project.remove('data');
    expect(await states()).toMatchObject({ counts: { unknown: 4 }, paths: [{ path: './data', missing: true }] });
  });
});

test('pipeline --help names every command', async () => {
  const { stdout, exitCode } = await toy().pipeline('--help');
  expect(exitCode).toBe(0);
  for (const command of ['run', 'status', 'explain', 'graph', 'inspect', 'export', 'doctor'])
    expect(stdout).toContain(command);
});
