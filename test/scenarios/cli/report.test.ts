import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

/** Two stages, of which the second reads what the first counts. */
function counting(): Project {
  return new Project({
    'pipeline.yaml': `name: counting
stages:
  count: { module: stages/count.ts, params: { step: 1 } }
  report: { module: stages/report.ts, inputs: { number: count.number } }
`,
    'stages/count.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
export default defineStage({
  params: { type: 'object', properties: { step: { type: 'integer', default: 1 } } },
  outputs: ['number.json'],
  run({ params, outputs, metrics }) {
    writeFileSync(outputs.number, JSON.stringify(params.step));
    metrics({ step: params.step });
  },
});
`,
    'stages/report.ts': `import { copyFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
export default defineStage({
  inputs: ['number'],
  outputs: ['copy.json'],
  run({ inputs, outputs }) { copyFileSync(inputs.number, outputs.copy); },
});
`,
  });
}

/** Returns the text of a page without its tags. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('pipeline report', () => {
  test('writes a page about the latest run: what ran and why, params, digests, and how to get it again', async () => {
    const project = counting();
    await project.pipeline('run');
    const { stdout, exitCode } = await project.pipeline('report');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^report\.html: run \d{8}-\d{6}-\w+, [\d.]+ kB$/);
    const text = textOf(project.read('report.html'));
    expect(text).toContain('count ran');
    expect(text).toContain('it has not run yet');
    expect(text).toContain('There is no earlier run to compare with.');
    expect(text).toContain('Reproducible as in the lockfile');
    expect(text).toContain('count step 1');
    expect(text).toContain('pipeline verify');
    // The graph has an arrow from one stage to the other.
    expect(project.read('report.html')).toContain('count->report');
  });

  test('compares with the run before it, and names the params that differ', async () => {
    const project = counting();
    await project.pipeline('run');
    project.edit('pipeline.yaml', 'step: 1', 'step: 2');
    await project.pipeline('run');
    await project.pipeline('report');
    expect(textOf(project.read('report.html'))).toMatch(/before now count step 1 2/);
  });

  test('writes about an earlier run, and compares it with any other', async () => {
    const project = counting();
    for (const step of [1, 2, 3]) {
      if (step > 1) project.edit('pipeline.yaml', `step: ${step - 1}`, `step: ${step}`);
      await project.pipeline('run');
    }
    await project.pipeline('report', 'latest~1', '--baseline', 'latest', '--output', 'earlier.html');
    expect(textOf(project.read('earlier.html'))).toMatch(/before now count step 3 2/);
    await project.pipeline('report', '--compare', 'latest', 'latest~1', '--output', 'pair.html');
    expect(project.read('pair.html')).toBe(project.read('earlier.html'));
    // One run is compared with the latest, as diff does it.
    await project.pipeline('report', '--compare', 'latest~2', '--output', 'all.html');
    expect(textOf(project.read('all.html'))).toMatch(/before now count step 1 3/);
    const both = await project.pipeline('report', '--compare', 'latest~2', '--baseline', 'latest~1');
    expect(both.exitCode).toBe(2);
    expect(both.stderr).toContain('both --baseline and --compare name the run to compare with');
  });

  test('writes the same bytes about the same run', async () => {
    const project = counting();
    await project.pipeline('run');
    await project.pipeline('report', '-o', 'one.html');
    await project.pipeline('report', '-o', 'other.html');
    expect(project.read('other.html')).toBe(project.read('one.html'));
  });

  test('says of a run with a failed stage what failed, and of results that are gone that they are', async () => {
    const project = counting();
    await project.pipeline('run');
    const before = project.read('stages/report.ts');
    project.write(
      'stages/report.ts',
      before.replace('copyFileSync(inputs', 'throw new Error("no"); copyFileSync(inputs'),
    );
    await project.pipeline('run');
    project.remove('cache/objects');
    await project.pipeline('report');
    const text = textOf(project.read('report.html'));
    expect(text).toMatch(/Run failed 2 stages/);
    expect(text).toContain('No longer in the cache: the results of count');
  });

  test('has the elements that stages add, and says of an invalid one what is wrong', async () => {
    const project = counting();
    project.edit('pipeline.yaml', 'stages:', 'stages:\n  audit: { module: stages/audit.ts, params: { table: {} } }');
    project.write(
      'stages/audit.ts',
      `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
export default defineStage({
  params: { type: 'object', additionalProperties: true },
  outputs: ['report.json'],
  run({ params, outputs }) {
    writeFileSync(outputs.report, JSON.stringify({ title: 'Drift', content: [params] }));
  },
});
`,
    );
    await project.pipeline('run');
    expect((await project.pipeline('report')).exitCode).toBe(0);
    expect(textOf(project.read('report.html'))).toMatch(
      /The element that audit\.report adds is not shown: .*table must have required property 'columns'/,
    );
    project.edit('pipeline.yaml', 'table: {}', 'table: { columns: [camera, share], rows: [[shop, 0.25]] }');
    await project.pipeline('run');
    await project.pipeline('report');
    expect(textOf(project.read('report.html'))).toContain('Drift (audit.report) Drift camera share shop 0.25');
  });

  test('replaces a report, but no other file, and creates no folder', async () => {
    const project = counting();
    await project.pipeline('run');
    project.write('report.html', '<p>mine</p>');
    const refused = await project.pipeline('report');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('report.html: the file exists and is not a report');
    expect(project.read('report.html')).toBe('<p>mine</p>');
    expect((await project.pipeline('report', '--force')).exitCode).toBe(0);
    expect((await project.pipeline('report')).exitCode).toBe(0);
    expect((await project.pipeline('report', '-o', 'none/report.html')).stderr).toContain('the folder does not exist');
    expect(existsSync(project.path('none'))).toBe(false);
    mkdirSync(project.path('folder'));
    expect((await project.pipeline('report', '-o', 'folder')).stderr).toContain('folder: this is a folder');
  });

  test('needs a run', async () => {
    const project = counting();
    expect((await project.pipeline('report')).stderr).toContain('there are no runs yet');
    await project.pipeline('run');
    expect((await project.pipeline('report', 'nonsense')).stderr).toContain('no run has this id');
    expect(existsSync(project.path('report.html'))).toBe(false);
  });
});

test('of two stages that write the same content, pipeline report and inspect name the one that a stage reads', async () => {
  const project = counting();
  project.write(
    'pipeline.yaml',
    `stages:
  left: { module: stages/count.ts }
  right: { module: stages/report.ts, inputs: { number: left.number } }
  reads-right: { module: stages/reads.ts, inputs: { number: right.copy } }
`,
  );
  project.write(
    'stages/reads.ts',
    project.read('stages/report.ts').replace('copy.json', 'copied.json').replace('outputs.copy', 'outputs.copied'),
  );
  await project.pipeline('run');
  await project.pipeline('report');
  const page = project.read('report.html');
  expect(page).toContain('right->reads-right');
  expect(page).not.toContain('left->reads-right');
  const { stdout } = await project.pipeline('inspect', 'reads-right');
  expect(stdout).toMatch(/number\s+right\.copy/);
});
