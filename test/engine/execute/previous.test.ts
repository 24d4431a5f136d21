import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Finished, Project } from '../../support/project.ts';

/** Copies each letter in capitals. Hard-links those into its output that an earlier result already has. */
const FILES = {
  'pipeline.yaml': `stages:
  capitals:
    module: stages/capitals.ts
    inputs: { letters: ./letters }
`,
  'letters/a.txt': 'a',
  'letters/b.txt': 'b',
  'letters/c.txt': 'c',
  'stages/capitals.ts': `import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { ending: { type: 'string', default: '!' } } },
  inputs: ['letters'],
  outputs: ['capitals'],
  reuses: true,
  run({ params, inputs, outputs, previous, metrics, log }) {
    mkdirSync(outputs.capitals);
    const digests = previous?.digests('letters');
    if (digests !== undefined) log(JSON.stringify([...digests]));
    let made = 0;
    for (const file of readdirSync(inputs.letters)) {
      const text = readFileSync(join(inputs.letters, file), 'utf8');
      const known = previous === undefined ? '' : join(previous.outputs.capitals, text.slice(0, 9) + '.txt');
      if (existsSync(known)) linkSync(known, join(outputs.capitals, text.slice(0, 9) + '.txt'));
      else {
        writeFileSync(join(outputs.capitals, text.slice(0, 9) + '.txt'), text.toUpperCase() + params.ending);
        made += 1;
      }
    }
    metrics({ made, from_nothing: previous === undefined ? 1 : 0 });
  },
});
`,
};

let project: Project;

beforeEach(() => {
  project = new Project(FILES);
});

const metricsOf = (run: Finished) => run.stages[0]?.metrics;
const digestOf = (run: Finished) => run.stages[0]?.outputs['capitals'] ?? '';
const objectOf = (run: Finished) =>
  project.path(`cache/objects/${digestOf(run).slice(0, 2)}/${digestOf(run).slice(2)}`);
const inodeOf = (run: Finished, file: string) => statSync(join(objectOf(run), file)).ino;

async function totalBytes(): Promise<number> {
  const { stdout } = await project.pipeline('cache', 'du', '--json');
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { total: number }).total;
}

describe('a stage that reuses its earlier result', () => {
  test('recomputes only what changed, and links the rest', async () => {
    const first = await project.run();
    expect(metricsOf(first)).toEqual({ made: 3, from_nothing: 1 });
    project.write('letters/b.txt', 'x');
    const second = await project.run();
    expect(metricsOf(second)).toEqual({ made: 1, from_nothing: 0 });
    expect(readdirSync(objectOf(second))).toEqual(['a.txt', 'c.txt', 'x.txt']);
    expect(inodeOf(second, 'a.txt')).toBe(inodeOf(first, 'a.txt'));
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
  });

  test('produces the same output as a clean run, which verify proves', async () => {
    await project.run();
    project.write('letters/b.txt', 'x');
    const reused = await project.run();
    expect((await project.pipeline('verify')).exitCode).toBe(0);
    project.remove('cache');
    const clean = await project.run();
    expect(metricsOf(clean)).toEqual({ made: 3, from_nothing: 1 });
    expect(digestOf(clean)).toBe(digestOf(reused));
  });

  test('gets the current listing of its input', async () => {
    await project.run();
    project.write('letters/b.txt', 'x');
    const { stdout } = await project.run();
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const log = stdout.split('\n').flatMap((line) => {
      const event = JSON.parse(line) as { type: string; message?: string };
      return event.type === 'stage-log' ? [JSON.parse(event.message ?? '')] : [];
    });
    expect(log).toEqual([['a', 'x', 'c'].map((text, at) => [`${'abc'[at]}.txt`, digest(text)])]);
  });

  test('leaves both results intact, so that neither is recomputed later', async () => {
    await project.run();
    project.write('letters/b.txt', 'x');
    await project.run();
    for (const text of ['b', 'x', 'b']) {
      project.write('letters/b.txt', text);
      expect((await project.run()).which('cached')).toEqual(['capitals']);
    }
  });

  test('takes disk space for linked files only once', async () => {
    project.write('letters/large.txt', 'l'.repeat(10_000));
    await project.run();
    const before = await totalBytes();
    project.write('letters/b.txt', 'x');
    await project.run();
    expect((await totalBytes()) - before).toBeLessThan(9_000);
  });

  test('reuses an older result if the last one had other params', async () => {
    await project.run();
    expect(metricsOf(await project.run('--set', 'capitals.ending=_'))).toEqual({ made: 3, from_nothing: 1 });
    project.write('letters/b.txt', 'x');
    expect(metricsOf(await project.run())).toEqual({ made: 1, from_nothing: 0 });
  });

  test.each<[string, () => readonly string[]]>([
    ['params', () => ['--set', 'capitals.ending=_']],
    [
      'code',
      () => {
        project.edit('stages/capitals.ts', 'text.toUpperCase()', '(text + text).toUpperCase()');
        return [];
      },
    ],
  ])('runs without an earlier result if the only one has other %s', async (_what, change) => {
    await project.run();
    project.write('letters/b.txt', 'x');
    expect(metricsOf(await project.run(...change()))).toEqual({ made: 3, from_nothing: 1 });
  });

  test('runs without an earlier result if it is forced', async () => {
    await project.run();
    project.write('letters/b.txt', 'x');
    expect(metricsOf(await project.run('--force'))).toEqual({ made: 3, from_nothing: 1 });
  });

  test.each<[string, (file: string) => void]>([
    ['changed', (file) => writeFileSync(file, 'B!')],
    ['deleted', (file) => rmSync(file)],
  ])('does not reuse a result of which a file is %s', async (_what, corrupt) => {
    const first = await project.run();
    const file = join(objectOf(first), 'a.txt');
    chmodSync(file, 0o644);
    corrupt(file);
    project.write('letters/b.txt', 'x');
    expect(metricsOf(await project.run())).toEqual({ made: 3, from_nothing: 1 });
  });

  test('is detected if it writes to a linked file: its new result has what it wrote, the earlier one counts as corrupted', async () => {
    const first = await project.run();
    project.edit(
      'stages/capitals.ts',
      'metrics({',
      `if (existsSync(join(inputs.letters, 'd.txt'))) writeFileSync(join(outputs.capitals, 'a.txt'), 'Z', { flag: 'r+' });
    metrics({`,
    );
    const second = await project.run();
    expect(digestOf(second)).toBe(digestOf(first));
    chmodSync(join(objectOf(second), 'a.txt'), 0o644);
    project.write('letters/d.txt', 'd');
    const third = await project.run();
    expect(project.read(`cache/objects/${digestOf(third).slice(0, 2)}/${digestOf(third).slice(2)}/a.txt`)).toBe('Z!');
    const checked = await project.pipeline('cache', 'verify', '--json');
    expect(checked.exitCode).toBe(1);
    expect(checked.stdout).toContain(digestOf(first));
    expect(checked.stdout).not.toContain(digestOf(third));
  });
});
