import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quarantineViewer } from '../../../src/vision/inspect/quarantine.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { inspectPath } from '../../support/inspect-path.ts';
import { shardsOf } from '../../support/shards.ts';

const viewers = [quarantineViewer];
const images = Array.from({ length: 12 }, (_, index) => ({
  file: `${index}.jpg`,
  sha256: null,
  reason: 'cannot read the image: it is empty',
}));

const quarantine = (directory: string, value: unknown) =>
  writeFileSync(join(directory, 'quarantine.json'), typeof value === 'string' ? value : JSON.stringify(value));

test('inspect lists quarantined images with their reasons between the shards and their files', async () => {
  const directory = await shardsOf(2);
  quarantine(directory, { images: images.slice(0, 1) });
  const { content, lines } = await inspectPath(directory, { viewers });
  expect(content).toMatchObject({ kind: 'arrow', tables: [{ rows: 2 }], quarantine: images.slice(0, 1) });
  expect(Object.keys(content).at(-1)).toBe('quarantine');
  const first = lines.indexOf('✗ 1 quarantined image (quarantine.json)');
  expect(lines.slice(first, first + 4)).toEqual([
    '✗ 1 quarantined image (quarantine.json)',
    '  0.jpg: cannot read the image: it is empty',
    '',
    expect.stringMatching(/^directory, 3 files, /),
  ]);
  expect(lines.slice(0, first)).toEqual((await inspectPath(await shardsOf(2), { viewers })).lines.slice(0, first));
});

test('inspect lists ten of many quarantined images, and all of them with --full', async () => {
  const directory = await shardsOf(2);
  quarantine(directory, { images });
  const { lines } = await inspectPath(directory, { viewers });
  expect(lines).toContain('  9.jpg: cannot read the image: it is empty');
  expect(lines).toContain('  … 2 more');
  const { lines: all } = await inspectPath(directory, { viewers, full: true });
  expect(all).toContain('  11.jpg: cannot read the image: it is empty');
});

test('inspect shows nothing for an empty quarantine.json, and an empty list with --json', async () => {
  const directory = await shardsOf(2);
  quarantine(directory, { images: [] });
  const { content, lines } = await inspectPath(directory, { viewers });
  expect(content).toMatchObject({ quarantine: [] });
  expect(lines).toEqual((await inspectPath(directory)).lines);
});

test.each(['{', '[]', 'null', '{"images": [{"file": 3}]}'])(
  'inspect treats a quarantine.json with the content %s as an ordinary file',
  async (text) => {
    const directory = await shardsOf(2);
    quarantine(directory, text);
    expect(await inspectPath(directory, { viewers })).toEqual(await inspectPath(directory));
  },
);

test('inspect treats a quarantine.json without shards as an ordinary file', async () => {
  const directory = temporaryFolder();
  quarantine(directory, { images });
  expect(await inspectPath(directory, { viewers })).toEqual(await inspectPath(directory));
});
