import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Table as ArrowTable,
  Dictionary,
  Field,
  Float64,
  Int32,
  List,
  makeTable,
  type Table,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, test, vi } from 'vitest';
import type { ArrowContent } from '../../../src/engine/inspect/arrow/arrow.ts';
import { createShardWriter } from '../../../src/vision/data/shards/shard-writer.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';
import { shardsOf, sourceOf } from '../../support/shards.ts';

let bytesRead = 0;

vi.mock('../../../src/shared/files.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/shared/files.ts')>();
  const counted = (bytes: Uint8Array<ArrayBuffer>) => {
    bytesRead += bytes.byteLength;
    return bytes;
  };
  return {
    ...original,
    readAt: (...args: Parameters<typeof original.readAt>) => counted(original.readAt(...args)),
    readFrom: (...args: Parameters<typeof original.readFrom>) => counted(original.readFrom(...args)),
  };
});

const samples = new ArrowTable({
  sample: vectorFromArray([1, 2, null, 40], new Int32()),
  file: vectorFromArray(['coat.jpg', '帽子.jpg', null, 'd.jpg'], new Utf8()),
  task: vectorFromArray(['coat', 'hat', 'coat', 'coat'], new Dictionary(new Utf8(), new Int32())),
  box: vectorFromArray([[0.5, 1], [], null, [2]], new List(new Field('item', new Float64()))),
});

const arrowOf = (table: Table, form: 'file' | 'stream') => fileOf(`table.arrow`, tableToIPC(table, form));

async function inspectArrow(path: string): Promise<{ content: ArrowContent; lines: string[] }> {
  const { content, lines } = await inspectPath(path);
  if (content.kind !== 'arrow') throw new Error(`it was taken for ${content.kind}`);
  return { content: content as ArrowContent, lines };
}

describe.each(['file', 'stream'] as const)('inspecting an Arrow %s', (form) => {
  test('shows the schema, counts, nulls, ranges and first rows', async () => {
    const { lines } = await inspectArrow(arrowOf(samples, form));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^Arrow ${form}, 4 rows in 1 batch, [\\d.]+ kB$`)),
      '  column  type               nulls  range',
      '  sample  int32                  1  1 to 40',
      '  file    utf8                   1',
      '  task    utf8 (dictionary)',
      '  box     list of float64        1',
      '',
      '  sample  file      task  box',
      '  1       coat.jpg  coat  [0.5 1]',
      '  2       帽子.jpg  hat   []',
      '  null    null      coat  null',
      '  40      d.jpg     coat  [2]',
    ]);
  });

  test('returns the same facts as data', async () => {
    const { content } = await inspectArrow(arrowOf(samples, form));
    expect(content.tables).toMatchObject([
      {
        form,
        rows: 4,
        batches: 1,
        columns: [
          { name: 'sample', type: 'int32', nulls: 1, range: { min: 1, max: 40 }, first: [1, 2, null, 40] },
          { name: 'file', first: ['coat.jpg', '帽子.jpg', null, 'd.jpg'] },
          { name: 'task', first: ['coat', 'hat', 'coat', 'coat'] },
          { name: 'box', first: [[0.5, 1], [], null, [2]] },
        ],
      },
    ]);
  });
});

test('a directory of shards is shown as one table, and its images by their shape', async () => {
  const { content, lines } = await inspectArrow(await shardsOf(8));
  expect(lines[0]).toMatch(/^Arrow, 3 shards, 8 rows in 5 batches, /);
  expect(lines).toContain('  image            uint8 [2, 2, 3]');
  expect(lines).toContain('  original_height  int32            all 30');
  expect(lines.join('\n')).toContain('shard-00002.arrow');
  expect(content.tables[0]?.columns[0]).toMatchObject({ extension: 'arrow.fixed_shape_tensor' });
  expect(content.tables[0]?.columns[0]).not.toHaveProperty('first');
});

test('only the headers and the small columns of a shard are read', async () => {
  const directory = temporaryFolder();
  const layout = { height: 200, width: 200, encoding: 'raw', batch: 8 } as const;
  const writer = await createShardWriter(join(directory, 'shard-all.arrow'), layout);
  const data = new Uint8Array(200 * 200 * 3);
  for (let index = 0; index < 64; index += 1) await writer.add({ ...sourceOf(index), data });
  const shard = await writer.close();
  bytesRead = 0;
  const { lines } = await inspectPath(directory);
  expect(lines[0]).toContain('64 rows in 8 batches');
  expect(bytesRead).toBeLessThan(shard.bytes / 100);
});

test('files with different columns are shown as separate tables', async () => {
  const directory = await shardsOf(2);
  writeFileSync(
    join(directory, 'targets.arrow'),
    tableToIPC(tableFromArrays({ target: Int32Array.of(1, 2, 3) }), 'file'),
  );
  const { content } = await inspectArrow(directory);
  expect(content.tables.map(({ files, rows }) => ({ files, rows }))).toEqual([
    { files: ['shard-00000.arrow'], rows: 2 },
    { files: ['targets.arrow'], rows: 3 },
  ]);
});

test('a table without rows is shown', async () => {
  const { lines } = await inspectArrow(arrowOf(makeTable({ a: new Float64Array() }), 'file'));
  expect(lines).toEqual([
    expect.stringMatching(/^Arrow file, 0 rows in \d batch/),
    '  column  type',
    '  a       float64',
  ]);
});

describe('inspecting a corrupted Arrow file', () => {
  test('a shard without its footer is reported, and the other shards are shown', async () => {
    const directory = await shardsOf(8);
    const path = join(directory, 'shard-00001.arrow');
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    const { lines } = await inspectArrow(directory);
    expect(lines[0]).toMatch(/^Arrow, 2 shards, 5 rows/);
    expect(lines).toContain('✗ shard-00001.arrow: its footer is missing');
  });

  test('a truncated stream is reported', async () => {
    const bytes = tableToIPC(samples, 'stream');
    const { lines } = await inspectArrow(fileOf('cut.arrow', bytes.subarray(0, -100)));
    expect(lines.at(-1)).toBe('✗ cut.arrow: it ends in the middle of a batch');
  });

  test('a file with corrupted bytes at any place does not cause an exception', async () => {
    const bytes = tableToIPC(samples, 'file');
    for (let at = 8; at < bytes.length - 8; at += 16) {
      const harmed = bytes.slice().fill(255, at, at + 16);
      const { lines } = await inspectPath(fileOf('harmed.arrow', harmed));
      expect(lines.length).toBeGreaterThan(0);
    }
  });
});

test('the occurrences of each value of a column with few distinct strings are shown', async () => {
  const splits = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? 'validation' : 'train'));
  const files = splits.map((_, index) => `${index}.jpg`);
  const table = new ArrowTable({
    file: vectorFromArray(files, new Utf8()),
    split: vectorFromArray(splits, new Utf8()),
  });
  const { content, lines } = await inspectArrow(fileOf('samples.arrow', tableToIPC(table, 'file')));
  expect(lines.slice(1, 5)).toEqual([
    '  column  type',
    '  file    utf8',
    '  split   utf8',
    '  split: train 30, validation 10',
  ]);
  const [file, split] = content.tables[0]?.columns ?? [];
  expect(file).not.toHaveProperty('values');
  expect(split?.values).toEqual([
    { value: 'train', count: 30 },
    { value: 'validation', count: 10 },
  ]);
});
