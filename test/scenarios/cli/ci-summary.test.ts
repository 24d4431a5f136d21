import { describe, expect, test } from 'vitest';
import { rendered } from '../../engine/summary/rendered.ts';
import { commitAll } from '../../support/git.ts';
import { toy } from './toy-pipeline.ts';

/** Returns the headings of a summary, and the cells of the table below one of them. */
function seen(markdown: string, below = '') {
  const document = rendered(markdown);
  const headings = [...document.querySelectorAll('h3, h4')];
  const heading = headings.find(({ textContent }) => textContent?.startsWith(below));
  const rows = [...(heading?.nextElementSibling?.querySelectorAll('tr') ?? [])];
  return {
    headings: headings.map(({ textContent }) => textContent),
    cells: rows.map((row) => [...row.querySelectorAll('td, th')].map(({ textContent }) => textContent)),
  };
}

describe('pipeline ci-summary', () => {
  test('is about the newest run, and compares its metrics with those of the run before', async () => {
    const project = toy();
    await project.run();
    project.write('data/b.txt', 'three four\n');
    await project.run();
    const { stdout, exitCode } = await project.pipeline('ci-summary');
    expect(exitCode).toBe(0);
    expect(seen(stdout).headings[0]).toBe('Pipeline toy ✓ passed');
    expect(seen(stdout, 'Metrics that differ from run ').cells).toEqual([
      ['stage', 'metric', 'before', 'now', 'change'],
      ['count', 'words', '3', '4', '+1'],
    ]);
    const [, first] = seen(stdout, 'What ran, and why').cells;
    expect(first).toEqual(['read', 'ran', expect.stringMatching(/ s$/), 'input folder: 1 file changed: b.txt']);
  });

  test('is about what run --json has printed, also if the run has failed', async () => {
    const project = toy();
    project.edit('stages/count.ts', 'metrics({ words });', "throw new Error('too many words');");
    project.write('events.jsonl', (await project.run()).stdout);
    const { stdout, exitCode } = await project.pipeline('ci-summary', 'events.jsonl');
    expect(exitCode).toBe(0);
    expect(seen(stdout).headings.slice(0, 2)).toEqual(['Pipeline toy ✗ failed', '1 problem']);
    expect(stdout).toMatch(/<p><code>count<\/code> <code>stages\/count\.ts:9:\d+<\/code><\/p>\n\n<pre>too many words/);
  });

  test('does not say of stages without a result that their metrics are gone', async () => {
    const project = toy();
    await project.run();
    project.write('data/b.txt', 'three four\n');
    project.edit('stages/shout.ts', 'writeFileSync(outputs.text,', "throw new Error('too loud');\n    void (");
    project.write('events.jsonl', (await project.run('--keep-going')).stdout);
    const { stdout } = await project.pipeline('ci-summary', 'events.jsonl');
    expect(seen(stdout, 'Metrics that differ').cells.slice(1)).toEqual([['count', 'words', '3', '4', '+1']]);
    expect(stdout).not.toContain('gone');
  });

  test('gives facts as JSON, from which another job makes the same Markdown without the project', async () => {
    const project = toy();
    project.write('events.jsonl', (await project.run()).stdout);
    const { stdout } = await project.pipeline('ci-summary', 'events.jsonl');
    project.write('facts.json', (await project.pipeline('ci-summary', 'events.jsonl', '--json')).stdout);
    for (const path of ['pipeline.yaml', 'cache', 'stages', 'events.jsonl']) project.remove(path);
    expect((await project.pipeline('ci-summary', 'facts.json')).stdout).toBe(stdout);
  });

  test('names the first file that verify could not reproduce', async () => {
    const project = toy();
    project.write(
      'stages/count.ts',
      project
        .read('stages/count.ts')
        .replace('JSON.stringify({ words })', 'JSON.stringify({ words, at: process.hrtime.bigint().toString() })'),
    );
    await project.run();
    project.write('events.jsonl', (await project.pipeline('verify', '--json')).stdout);
    const { stdout } = await project.pipeline('ci-summary', 'events.jsonl');
    expect(seen(stdout).headings[0]).toBe('Pipeline toy ≠ not reproduced');
    const [, first] = seen(stdout, 'First file that is not reproduced').cells;
    expect(first).toEqual([
      'count',
      'count.json',
      expect.stringMatching(/^output count: count\.json differs from offset/),
    ]);
  });

  test('says how much time the cache has saved', async () => {
    const project = toy();
    await project.run();
    await project.run();
    const { headings } = seen((await project.pipeline('ci-summary')).stdout);
    expect(headings[1]).toMatch(/^Metrics: all 2 as in run /);
    expect(headings[2]).toMatch(/^4 stages from the cache: [\d.]+ s saved$/);
  });

  test('compares with the results of a commit', async () => {
    const project = toy();
    await project.run();
    const commit = commitAll(project, 'First results');
    project.write('data/b.txt', 'three four\n');
    await project.run();
    await project.run();
    const { stdout } = await project.pipeline('ci-summary', '--since', 'main');
    const title = `Metrics that differ from main (${commit.slice(0, 7)})`;
    expect(seen(stdout, title).cells[1]).toEqual(['count', 'words', '3', '4', '+1']);
  });
});

describe('pipeline ci-summary says what to do', () => {
  test('if there is no run yet', async () => {
    const { exitCode, stderr } = await toy().pipeline('ci-summary');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there are no runs yet');
  });

  test.each([
    ['missing.json', undefined, 'cannot read the file: there is no such file or folder'],
    ['text.json', 'done in 3 s\n', 'this is not JSON'],
    ['facts.json', '{"type":"ci-summary","stages":[]}\n', 'this is no summary of this version'],
    ['cut.json', '{"type":"ci-summary","stages":[', 'this is no summary of this version'],
  ])('if a file is not what it should be: %s', async (name, text, message) => {
    const project = toy();
    if (text !== undefined) project.write(name, text);
    const { exitCode, stderr, stdout } = await project.pipeline('ci-summary', name);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `error: ${name}: ${message}\n  → Give a file with what run --json, verify --json or ci-summary --json has printed.`,
    );
  });

  test('if there is nothing to compare with, after a summary without a comparison', async () => {
    const project = toy();
    await project.run();
    const { exitCode, stderr, stdout } = await project.pipeline('ci-summary', '--since', 'main');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning: --since main: Git cannot read a repository here');
    expect(seen(stdout).headings).toContain('Metrics');
  });
});
