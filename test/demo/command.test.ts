import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { USAGE } from '../../src/demo/arguments.ts';
import { run } from '../../src/demo/command.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';

/** Runs the command, and tells what it wrote. */
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

test('it draws, says so in one line, and has nothing to say when all is there', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const words = ['--out', directory, '--images', '54', '--questions', '8', '--seed', '7'];
  expect(await drawGarments(words)).toEqual({ code: 0, out: `Drew 62 garments into ${directory}\n`, error: '' });
  expect(await drawGarments(words)).toEqual({ code: 0, out: '', error: '' });
});

test('on a terminal the line counts up', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const { out } = await drawGarments(['--out', directory, '--images', '54', '--questions', '0'], { terminal: true });
  expect(out.split('\r')).toEqual([
    '',
    'Drawing garments: 20 of 54',
    'Drawing garments: 40 of 54',
    `\u001b[KDrew 54 garments into ${directory}\n`,
  ]);
});

test('--help explains', async () => {
  expect(await drawGarments(['--help'])).toEqual({ code: 0, out: USAGE, error: '' });
});

test.for([
  { words: ['--images', 'many'], says: '--images takes a whole number, not «many».' },
  { words: ['--seed', '1.5'], says: '--seed takes a whole number, not «1.5».' },
  { words: ['--colour', 'red'], says: "Unknown option '--colour'" },
  { words: ['there'], says: "Unexpected argument 'there'" },
])('«$words» is refused: $says', async ({ words, says }) => {
  const { code, out, error } = await drawGarments(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(`draw-garments: ${says}`);
  expect(error).toContain(USAGE);
});

test('all wrong numbers are named in one go', async () => {
  const { error } = await drawGarments(['--images', '-', '--questions', 'x']);
  expect(error).toContain('--images takes a whole number, not «-».\ndraw-garments: --questions takes');
});

test('a directory with something else in it is refused, and why is said', async () => {
  const directory = temporaryFolder();
  writeFiles(directory, { 'holiday.jpg': 'mine' });
  expect(await drawGarments(['--out', directory])).toEqual({
    code: 2,
    out: '',
    error:
      `draw-garments: ${directory} holds something else than drawn garments. ` +
      'Name a directory that does not exist yet, or remove this one.\n',
  });
});

test('a place where no directory can be made is an error of the disk, without a stack trace', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { file: '' });
  const { code, error } = await drawGarments(['--out', join(folder, 'file', 'below', 'garments'), '--images', '54']);
  expect(code).toBe(1);
  expect(error).toMatch(/^draw-garments: ENOTDIR: .*\n$/);
});

test('an interrupted run ends with 130 and leaves nothing', async () => {
  const directory = join(temporaryFolder(), 'garments');
  const { code, error } = await drawGarments(['--out', directory], { signal: AbortSignal.abort() });
  expect(code).toBe(130);
  expect(error).toBe('draw-garments: Interrupted after 0 of 2743 pictures. Start again: nothing is kept.\n');
  expect(existsSync(directory)).toBe(false);
});
