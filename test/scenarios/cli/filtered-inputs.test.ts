import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { looking, seen, seenBy } from './looking.ts';

describe('an input with include and exclude', () => {
  const LIST = 'see(below(inputs.texts));';

  test('has only the files that count: an excluded file does not exist for the stage, whatever path it takes', async () => {
    const body = `
      const real = fs.realpathSync(join(inputs.texts, 'a.txt'));
      see([below(inputs.texts), fs.existsSync(join(inputs.texts, 'drafts')), fs.existsSync(join(real, '../drafts'))]);`;
    expect(await seen(body)).toEqual([['a.txt', 'inner/', 'inner/b.txt'], false, false]);
  });

  test('has names with any characters', async () => {
    const project = looking(LIST);
    const names = [
      ' a .txt',
      '"quo\'te.txt',
      '$(x).txt',
      '-rf.txt',
      '.hidden.txt',
      'back\\slash.txt',
      'new\nline.txt',
      'ü😀.txt',
    ];
    for (const name of names) project.write(`data/${name}`, name);
    expect(seenBy(project, await project.run())).toEqual([...names, 'a.txt', 'inner/', 'inner/b.txt'].sort());
  });

  test('has what symbolic links lead to, as regular files and folders', async () => {
    const project = looking(LIST);
    project.write('elsewhere/folder/d.txt', 'd');
    project.write('elsewhere/folder/secret.bin', 's');
    symlinkSync('../elsewhere/folder', project.path('data/linked'));
    symlinkSync('../elsewhere/folder/d.txt', project.path('data/d.txt'));
    const expected = ['a.txt', 'd.txt', 'inner/', 'inner/b.txt', 'linked/', 'linked/d.txt'];
    expect(seenBy(project, await project.run())).toEqual(expected);
  });

  test.each(['*.none', 'sub', '../*.txt', '[a.txt'])('that no file matches is an error: %s', async (glob) => {
    const project = looking(LIST);
    project.edit('pipeline.yaml', '**/*.txt', glob);
    const refused = await project.run();
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`no file in it matches include: ${glob}`);
    expect(refused.stderr).toContain('take in a folder by "folder/**"');
  });

  test('may be on another disk: the files are copied', async (context) => {
    const [here, there] = [tmpdir(), '/dev/shm'];
    if (!existsSync(there) || statSync(here).dev === statSync(there).dev) return context.skip();
    const disk = mkdtempSync(join(there, 'pipeline-test-'));
    onTestFinished(() => rmSync(disk, { recursive: true }));
    writeFileSync(join(disk, 'a.txt'), 'a');
    writeFileSync(join(disk, 'large.txt'), 'l'.repeat(5_000_000));
    writeFileSync(join(disk, 'photo.bin'), '');
    const project = looking(`
      fs.appendFileSync(join(inputs.texts, 'a.txt'), ', written to the copy');
      see([below(inputs.texts), fs.statSync(join(inputs.texts, 'large.txt')).size]);`);
    project.edit('pipeline.yaml', './data', disk);
    expect(seenBy(project, await project.run())).toEqual([['a.txt', 'large.txt'], 5_000_000]);
    expect(readFileSync(join(disk, 'a.txt'), 'utf8')).toBe('a');
  });

  test('is complete again for the next attempt of a stage that has deleted a file of it', async () => {
    const project = looking(`
      const files = below(inputs.texts);
      fs.rmSync(join(inputs.texts, 'a.txt'));
      if (!fs.existsSync(join(work, 'second'))) {
        fs.writeFileSync(join(work, 'second'), '');
        return failed([{ message: 'not yet' }]);
      }
      see(files);`);
    project.edit('pipeline.yaml', 'stages/look.ts', 'stages/look.ts\n    retries: 1');
    expect(seenBy(project, await project.run())).toEqual(['a.txt', 'inner/', 'inner/b.txt']);
    expect(project.read('data/a.txt')).toBe('a');
  });

  test('is reported as changed if the stage writes to a file of it, and nothing is kept', async () => {
    const project = looking("fs.appendFileSync(join(inputs.texts, 'a.txt'), 'x'); see(1);");
    const { stderr, exitCode } = await project.run();
    expect(stderr).toContain('input "texts" of stage "look" changed while the stage was reading it');
    expect(stderr).toContain(project.path('data'));
    expect(exitCode).toBe(2);
    expect((await project.run()).which('cached')).not.toContain('look');
  });

  test('leaves nothing behind: no view, no further link to a file, and nothing to read again', async () => {
    const project = looking(LIST);
    expect((await project.run()).exitCode).toBe(0);
    expect(readdirSync(project.path('cache/work'))).toEqual([]);
    expect(statSync(project.path('data/a.txt')).nlink).toBe(1);
    expect((await project.run()).which('ran')).toEqual([]);
  });

  test('is deleted without following links that the stage has put into it', async () => {
    const project = looking(`
      fs.rmSync(join(inputs.texts, 'inner'), { recursive: true });
      fs.symlinkSync(process.cwd() + '/data/inner', join(inputs.texts, 'inner'));
      see(1);`);
    const { exitCode, stderr } = await project.run();
    expect(exitCode, stderr).toBe(0);
    expect(project.read('data/inner/b.txt')).toBe('b');
  });
});

test('the files of an input are not linked for a stage that is cached', async () => {
  const project = looking('see(below(inputs.texts));');
  await project.run();
  const { ctimeMs } = statSync(project.path('data/a.txt'));
  await project.run();
  expect(statSync(project.path('data/a.txt')).ctimeMs).toBe(ctimeMs);
});
