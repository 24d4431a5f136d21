import { describe, expect, test } from 'vitest';
import { looking, seen, seenBy } from './looking.ts';

describe('the path of an artifact', () => {
  test('ends in the file name of the output, for a file, a folder and each of a list', async () => {
    const names = (await seen(
      'see([inputs.table, inputs.model, ...inputs.parts.map(({ path }) => path)]);',
    )) as string[];
    expect(names.map((name) => name.split('/').at(-1))).toEqual([
      'features.parquet',
      'model.keras',
      'part.csv',
      'part.csv',
    ]);
  });

  test('leads to regular files and folders with the content of the artifact, by every name of them', async () => {
    const body = `
      const table = fs.realpathSync(inputs.table);
      see([
        table.endsWith('/features.parquet'), fs.lstatSync(inputs.table).isFile(), fs.readFileSync(table, 'utf8'),
        fs.lstatSync(inputs.model).isDirectory(), below(inputs.model),
        fs.readFileSync(join(inputs.model, 'inner/more.bin'), 'utf8'),
        inputs.parts.map(({ path }) => fs.readFileSync(path, 'utf8')),
      ]);`;
    const model = ['empty/', 'inner/', 'inner/more.bin', 'weights.bin'];
    expect(await seen(body)).toEqual([true, true, 'line 1\nline 2\n', true, model, 'more', ['seed 1', 'seed 2']]);
  });

  test('can be copied into an output and completed there, and the artifact stays as it is', async () => {
    const project = looking(`
      fs.cpSync(inputs.model, outputs.seen, { recursive: true });
      fs.writeFileSync(join(outputs.seen, 'extra.bin'), 'extra');`);
    const { exitCode, stderr } = await project.run();
    expect(exitCode, stderr).toBe(0);
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
  });

  test('can be hard-linked or moved into an output, and the artifact stays as it is', async () => {
    const project = looking(`
      fs.mkdirSync(outputs.seen);
      fs.linkSync(inputs.table, join(outputs.seen, 'linked'));
      fs.renameSync(join(inputs.model, 'weights.bin'), join(outputs.seen, 'moved'));`);
    const { exitCode, stderr } = await project.run();
    expect(exitCode, stderr).toBe(0);
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
  });

  test('is a folder in which a stage may add and delete files, and the artifact stays as it is', async () => {
    const project = looking(`
      fs.writeFileSync(join(inputs.model, 'index'), 'an index that the program writes beside its file');
      fs.rmSync(join(inputs.model, 'inner'), { recursive: true });
      see(below(inputs.model));`);
    expect(seenBy(project, await project.run())).toEqual(['empty/', 'index', 'weights.bin']);
    expect((await project.pipeline('cache', 'verify')).exitCode).toBe(0);
    expect((await project.run()).which('ran')).toEqual([]);
  });
});

describe('what a stage says about its inputs', () => {
  test('names the file of the user, for a file of a filtered folder', async () => {
    const project = looking(`
      const file = join(inputs.texts, 'inner/b.txt');
      return badInput([{ message: 'no number in ' + file, at: { file, line: 1 }, advice: 'Write one to ' + file + '.' }]);`);
    const file = project.path('data/inner/b.txt');
    const { stderr } = await project.run();
    expect(stderr).toContain(`${file}:1: no number in ${file}\n  1 | b\n  → Write one to ${file}.`);
  });

  test('names the stage that made it, for an artifact', async () => {
    const project = looking(`
      const at = { file: inputs.table, line: 2 };
      return badInput([{ message: 'no number', at, advice: 'Look into ' + inputs.table + '.' }]);`);
    const { stderr } = await project.run();
    expect(stderr).toMatch(
      /cache\/objects\/\S+:2: no number, in make\.features\n {2}2 \| line 2\n {2}→ Look into make\.features\./,
    );
  });

  test.each([
    ['throws', "log('reads ' + inputs.table); throw new Error('cannot parse ' + inputs.model + '/weights.bin');"],
    [
      'crashes',
      "log('reads ' + inputs.table); console.error('cannot parse ' + inputs.model + '/weights.bin'); process.exit(1);",
    ],
  ])('names the stage that made it, in the log and in what it says when it %s', async (_how, body) => {
    const { stderr, stdout } = await looking(body).run();
    expect(stdout).toContain('"reads make.features"');
    expect(stderr).toContain('cannot parse make.model/weights.bin');
    expect(stdout + stderr).not.toContain('/scratch/');
  });
});
