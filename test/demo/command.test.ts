import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { USAGE } from '../../src/demo/arguments.ts';
import { run } from '../../src/demo/command.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';

/** Runs the command and returns its exit code and output. */
async function drawGarments(
  words: readonly string[],
  { terminal = false, signal = new AbortController().signal } = {},
) {
  const written = { out: '', error: '' };
  const code = await run(words, {
    out: (text) => {
      written.out += text;
    },
    error: (text) => {
      written.error += text;
    },
    terminal,
    signal,
  });
  return { code, ...written };
}

test('draw-garments prints one line after drawing and nothing when the data set exists already', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const words = ['--out', directory, '--images', '54', '--questions', '8', '--seed', '7'];
  expect(await drawGarments(words)).toEqual({ code: 0, out: `Drew 62 garments into ${directory}\n`, error: '' });
  expect(await drawGarments(words)).toEqual({ code: 0, out: '', error: '' });
});

test('draw-garments shows its progress on a terminal', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const { out } = await drawGarments(['--out', directory, '--images', '54', '--questions', '0'], { terminal: true });
  expect(out.split('\r')).toEqual([
    '',
    'Drawing garments: 20 of 54',
    'Drawing garments: 40 of 54',
    `\u001b[KDrew 54 garments into ${directory}\n`,
  ]);
});

test('draw-garments --help prints the usage', async () => {
  expect(await drawGarments(['--help'])).toEqual({ code: 0, out: USAGE, error: '' });
});

test.for([
  { words: ['--images', 'many'], message: '--images expects a whole number, got "many".' },
  { words: ['--seed', '1.5'], message: '--seed expects a whole number, got "1.5".' },
  { words: ['--colour', 'red'], message: "Unknown option '--colour'" },
  { words: ['there'], message: "Unexpected argument 'there'" },
])('draw-garments rejects invalid arguments: $message', async ({ words, message }) => {
  const { code, out, error } = await drawGarments(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(`draw-garments: ${message}`);
  expect(error).toContain(USAGE);
});

test('draw-garments reports all invalid numbers together', async () => {
  const { error } = await drawGarments(['--images', '-', '--questions', 'x']);
  expect(error).toContain('--images expects a whole number, got "-".\ndraw-garments: --questions expects');
});

test('draw-garments rejects a directory with other files', async () => {
  const directory = temporaryFolder();
  writeFiles(directory, { 'holiday.jpg': 'mine' });
  expect(await drawGarments(['--out', directory])).toEqual({
    code: 2,
    out: '',
    error:
      `draw-garments: ${directory} contains files other than drawn garments. ` +
      'Choose a directory that does not exist, or delete this one.\n',
  });
});

test('draw-garments reports a disk error with exit code 1 and without a stack trace', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { file: '' });
  const { code, error } = await drawGarments(['--out', join(folder, 'file', 'below', 'garments'), '--images', '54']);
  expect(code).toBe(1);
  expect(error).toMatch(/^draw-garments: ENOTDIR: .*\n$/);
});

test('draw-garments exits with 130 when it is interrupted and leaves no files', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const { code, error } = await drawGarments(['--out', directory], { signal: AbortSignal.abort() });
  expect(code).toBe(130);
  expect(error).toBe('draw-garments: Interrupted after 0 of 2743 images. Start again: nothing was kept.\n');
  expect(existsSync(directory)).toBe(false);
});
