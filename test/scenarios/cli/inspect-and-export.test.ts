import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

describe('pipeline export', () => {
  test('pipeline export copies each output of a stage under its own name, writable', async () => {
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

  test('pipeline export accepts a digest', async () => {
    const project = toy();
    const { stages } = await project.run();
    const digest = stages.find(({ name }) => name === 'count')?.outputs['count'] ?? '';
    await project.pipeline('export', digest, 'by-digest');
    expect(project.read(`by-digest/${digest}`)).toBe('{"words":3}');
  });

  test('pipeline export overwrites existing files only with --force', async () => {
    const project = toy();
    await project.run();
    project.write('results/count.json', 'mine');
    const refused = await project.pipeline('export', 'count', 'results');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('results/count.json: the target already exists');
    expect(project.read('results/count.json')).toBe('mine');
    expect((await project.pipeline('export', 'count', 'results', '--force')).exitCode).toBe(0);
    expect(project.read('results/count.json')).toBe('{"words":3}');
  });

  test('pipeline export --set exports the result for these params', async () => {
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
  test('pipeline inspect shows the content and the provenance of an output', async () => {
    const project = toy();
    await project.run();
    const { stdout } = await project.pipeline('inspect', 'count');
    expect(stdout).toContain('count.count');
    expect(stdout).toContain('JSON, 11 B, 1 key\n  { "words": 3 }');
    expect(stdout).toMatch(/stage +count \(stages\/count\.ts\)/);
    expect(stdout).toMatch(/current +yes\n/);
    expect(stdout).toMatch(/inputs +text {2}read\.text \([0-9a-f]{12}\)/);
    expect(stdout).toMatch(/code +[0-9a-f]{12}, 1 module: stages\/count\.ts/);
    expect(stdout).toMatch(/metrics +words {2}3/);
    const directory = await project.pipeline('inspect', 'join.both');
    expect(directory.stdout).toContain('directory, 2 files, 30 B');
    const read = await project.pipeline('inspect', 'read');
    expect(read.stdout).toMatch(/inputs +folder {2}\.\/data \(/);
  });

  test('pipeline inspect --json prints the same facts, one object per line', async () => {
    const project = toy();
    const { stages } = await project.run();
    const { stdout } = await project.pipeline('inspect', 'count', '--json');
    const digest = stages.find(({ name }) => name === 'count')?.outputs['count'];
    expect(stdout.split('\n').map((line) => JSON.parse(line))).toMatchObject([
      { type: 'artifact', stage: 'count', name: 'count', digest, content: { kind: 'json', value: { words: 3 } } },
      { type: 'provenance', stage: 'count', current: true, sources: { text: 'read.text' }, metrics: { words: 3 } },
    ]);
  });

  test('pipeline inspect accepts a prefix of a digest or key, and shows what has changed since', async () => {
    const project = toy();
    const { stages } = await project.run();
    const { key, outputs } = stages.find(({ name }) => name === 'shout') ?? {};
    await project.run('--set', 'greeting=bye');
    for (const reference of [outputs?.['text']?.slice(0, 6) ?? '', key?.slice(0, 12) ?? '']) {
      const now = await project.pipeline('inspect', reference);
      expect(now.stdout).toMatch(/stage +shout/);
      expect(now.stdout).toMatch(/current +yes/);
      const { stdout } = await project.pipeline('inspect', reference, '--set', 'greeting=bye');
      expect(stdout).toContain('hello ONE TWO');
      expect(stdout).toMatch(/current +no: param greeting hello → bye/);
      expect(stdout).toMatch(/inputs +text {2}read\.text/);
    }
  });

  test('pipeline inspect names all actions that created the same content', async () => {
    const project = toy();
    const { stages } = await project.run();
    const digest = stages.find(({ name }) => name === 'count')?.outputs['count'] ?? '';
    project.edit('stages/count.ts', '.length', '.filter(Boolean).length');
    await project.run();
    const { stdout } = await project.pipeline('inspect', digest);
    expect(stdout).toMatch(/current +yes/);
    expect(stdout).toMatch(/also from count, .*, run /);
  });

  test('the lines of pipeline inspect fit into a narrow terminal', async () => {
    const project = toy();
    await project.run();
    const terminal = await project.start(['inspect', 'shout'], { COLUMNS: '60' });
    const lines = terminal.stdout.split('\n').filter((line) => !line.startsWith('cache/objects'));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  test.each([
    ['nothing', 'unknown stage "nothing"'],
    ['cuont', 'Did you mean "count"?'],
    ['count.nothing', 'stage "count" has no output "nothing"'],
    ['abcdef0123', 'the cache has no content and no action key with this digest'],
  ])('pipeline inspect %s reports: %s', async (reference, message) => {
    const project = toy();
    await project.run();
    const { exitCode, stderr } = await project.pipeline('inspect', reference);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('pipeline inspect shows the models of the vision half', async () => {
  const project = new Project({
    'pipeline.yaml': 'stages:\n  train: { module: stages/train.ts }\n',
    'stages/train.ts': `import { mkdirSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['model'],
  run({ outputs }) {
    mkdirSync(outputs.model);
    const topology = { class_name: 'Sequential', config: { name: 'tiny', layers: [] } };
    writeFileSync(outputs.model + '/model.json', JSON.stringify({ modelTopology: topology, weightsManifest: [] }));
  },
});
`,
  });
  await project.run();
  const { stdout } = await project.pipeline('inspect', 'train');
  expect(stdout).toMatch(/TensorFlow\.js layers model .tiny., 0 layers/);
});

test('pipeline doctor checks the packages of the vision half between the machine and the cache', async () => {
  const { stdout } = await toy().pipeline('doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: readonly { name: string }[] };
  const names = ['node', 'machine', 'gpu', 'sharp', 'apache-arrow', 'tensorflow', 'cache'];
  expect(findings.map(({ name }) => name)).toEqual(names);
});

describe('pipeline inspect --png', () => {
  const pictured = () =>
    new Project({
      'pipeline.yaml': 'stages:\n  paint: { module: stages/paint.ts }\n',
      'stages/paint.ts': `import { mkdirSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export default defineStage({
  outputs: ['dots', 'notes.txt'],
  run({ outputs }) {
    mkdirSync(outputs.dots);
    for (const name of ['a', 'b']) writeFileSync(outputs.dots + '/' + name + '.png', Buffer.from(dot, 'base64'));
    writeFileSync(outputs.notes, 'two dots');
  },
});
`,
    });

  test('inspect --png draws the images of a result, and inspect without it suggests the command', async () => {
    const project = pictured();
    await project.run();
    const without = await project.pipeline('inspect', 'paint');
    expect(without.stdout).toContain(
      '→ pipeline inspect paint.dots --png sheet.png\n  draws 2 images as a contact sheet',
    );
    const { stdout, exitCode } = await project.pipeline('inspect', 'paint', '--png', 'sheet.png');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/→ sheet\.png: 2 images, \d+ × \d+ pixels/);
    expect(readFileSync(project.path('sheet.png')).subarray(1, 4).toString()).toBe('PNG');
    const { stdout: json } = await project.pipeline('inspect', 'paint', '--png', 'other.png', '--json');
    expect(JSON.parse(json.split('\n').at(-1) ?? '')).toMatchObject({
      type: 'contact-sheet',
      file: 'other.png',
      shown: 2,
    });
  });

  test.each([
    [['paint.notes', '--png', 'sheet.png'], 'no images found in "paint.notes"'],
    [['paint', '--png', 'pipeline.yaml'], 'pipeline.yaml: the file already exists'],
    [['paint', '--png', 'stages', '--force'], 'stages: this is a folder'],
    [['paint', '--png', 'none/sheet.png'], 'none: the folder does not exist'],
  ])('pipeline inspect %j is rejected, and no file is left behind', async (args, message) => {
    const project = pictured();
    await project.run();
    const before = readdirSync(project.directory);
    const { exitCode, stderr } = await project.pipeline('inspect', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(readdirSync(project.directory)).toEqual(before);
  });
});
