import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Field, FixedSizeList, Float32, List, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { compareValues, type ValueDifferences } from '../../../src/engine/values/compare-values.ts';
import { readValues } from '../../../src/engine/values/registry.ts';
import { readFrom } from '../../../src/shared/files.ts';
import { temporaryFolder } from '../../support/dataset.ts';

/** Compares two versions of a file. */
async function compare(name: string, before: string | Uint8Array, now: string | Uint8Array): Promise<ValueDifferences> {
  const [a, b] = await Promise.all([before, now].map((content) => valuesOf(name, content)));
  return compareValues(a ?? expect.unreachable(), b ?? expect.unreachable(), '');
}

async function valuesOf(name: string, content: string | Uint8Array) {
  const path = join(temporaryFolder(), 'content');
  writeFileSync(path, content);
  return readValues({ name, path, head: readFrom(path, 0, 8192) }, []);
}

const largest = (differences: ValueDifferences) =>
  differences.kind === 'numbers' ? [differences.absolute, differences.relative] : differences;

describe('the values of a file', () => {
  test('of JSON are compared with the numbers at the same places of other items', async () => {
    const history = (loss: number) => JSON.stringify({ epochs: [{ loss: 2 }, { loss }], steps: 1000 });
    expect(largest(await compare('history.json', history(0.5), history(0.75)))).toEqual([
      { file: '', place: 'epochs[1].loss', expected: 0.5, found: 0.75, difference: 0.25 },
      { file: '', place: 'epochs[1].loss', expected: 0.5, found: 0.75, difference: 0.125 },
    ]);
  });

  test.each([
    ['another text', '{"a": "x", "b": 1}', '{"a": "y", "b": 1}', 'a differs: "\\"x\\"" → "\\"y\\""'],
    ['an additional item', '[1, 2]', '[1, 2, 3]', 'the text differs: "a list of 2" → "a list of 3"'],
    ['another order of keys', '{"a": 1, "b": 2}', '{"b": 2, "a": 1}', /^the text differs: /],
    ['a number in place of a text', '{"a": "1"}', '{"a": 1}', 'a is missing'],
  ])('of JSON differ in more than numbers by %s', async (_, before, now, what) => {
    const expected = typeof what === 'string' ? what : expect.stringMatching(what);
    expect(await compare('a.json', before, now)).toEqual({ kind: 'other', file: '', what: expected });
  });

  test('of JSON lines are those of a list', async () => {
    expect(largest(await compare('log.jsonl', '{"a":1}\n{"a":4}\n', '{"a":1}\n{"a":2}\n'))).toMatchObject([
      { place: '[1].a', difference: 2 },
      { difference: 0.5 },
    ]);
  });

  test('of CSV are compared by column, in cells with several numbers, too', async () => {
    const csv = (second: string) => `image,probabilities\nimages/0001.png,0.5;0.5\nimages/0002.png,${second}\n`;
    expect(largest(await compare('predictions.csv', csv('0.75;0.25'), csv('0.75;0.375')))).toMatchObject([
      { place: 'row 2, column probabilities', expected: 0.25, found: 0.375 },
      { difference: expect.closeTo(0.125 / 0.75, 12) },
    ]);
    expect(await compare('a.csv', 'name,n\nx1,1\n', 'name,n\nx2,1\n')).toMatchObject({
      kind: 'other',
      what: 'row 1, column name differs: "x1" → "x2"',
    });
  });

  test('of Arrow are compared by column, in lists, too', async () => {
    const table = (last: number) => {
      const item = new Field('item', new Float32());
      return tableToIPC(
        new Table({
          name: vectorFromArray(['a', 'b'], new Utf8()),
          score: vectorFromArray([1, 2], new Float32()),
          pair: vectorFromArray(
            [
              [1, 2],
              [4, last],
            ],
            new FixedSizeList(2, item),
          ),
          list: vectorFromArray([[1], []], new List(item)),
        }),
        'file',
      );
    };
    expect(await compare('t.arrow', table(3), table(3.5))).toEqual({
      kind: 'numbers',
      numbers: 7,
      differing: 1,
      absolute: { file: '', place: 'row 2, column pair', expected: 3, found: 3.5, difference: 0.5 },
      relative: expect.objectContaining({ difference: 0.125 }),
    });
  });

  test('of a NumPy array are its numbers', async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    const array = (last: number) => {
      const numbers = Buffer.alloc(8);
      numbers.writeFloatLE(2, 0);
      numbers.writeFloatLE(last, 4);
      const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
      start.writeUInt16LE(header.length, 8);
      return Buffer.concat([start, Buffer.from(header), numbers]);
    };
    expect(largest(await compare('a.npy', array(1), array(1.5)))).toMatchObject([
      { place: '[1]', difference: 0.5 },
      { difference: 0.25 },
    ]);
  });

  test('of an image are its pixels', async () => {
    const image = (last: number) =>
      sharp(Buffer.from([0, 0, 0, 200, 200, last]), { raw: { width: 2, height: 1, channels: 3 } })
        .png()
        .toBuffer();
    expect(largest(await compare('picture.png', await image(200), await image(210)))).toMatchObject([
      { place: 'x 1, y 0', expected: 200, found: 210 },
      { difference: 0.05 },
    ]);
  });

  test('of other texts are the numbers that stand by themselves', async () => {
    const svg = (x: string) => `<svg viewBox="0 0 10 10">\n<path id="p1" d="M ${x} 2"/></svg>\n`;
    expect(largest(await compare('plot.svg', svg('5'), svg('5.5')))).toMatchObject([
      { place: 'line 2', expected: 5, found: 5.5 },
      { difference: 0.05 },
    ]);
    expect(await compare('log.txt', 'The loss is 0.5.', 'The loss is 0.25.')).toMatchObject({ differing: 1 });
    expect(await compare('log.txt', 'run-1', 'run-2')).toMatchObject({ kind: 'other' });
    expect(await compare('log.txt', 'on 2026-11-28', 'on 2026-11-29')).toMatchObject({ kind: 'other' });
    expect(await compare('log.txt', 'version 1.2.3', 'version 1.2.4')).toMatchObject({ kind: 'other' });
  });

  test('are not known for a file of another kind, or one that is corrupted', async () => {
    expect(await valuesOf('a.bin', Buffer.from([0, 1, 2]))).toBeUndefined();
    expect(await valuesOf('a.arrow', Buffer.from('ARROW1\0\0 no table'))).toBeUndefined();
    expect(await valuesOf('a.png', Buffer.from('\x89PNG\r\n\x1a\n\0 no picture', 'latin1'))).toBeUndefined();
  });
});

describe('a number that is none', () => {
  const json = (value: number) => ({ numbers: [{ name: 'a', values: [1, value] }], others: new Map() });

  test('differs infinitely from one that is', () => {
    const differences = compareValues(json(2), json(Number.NaN), '');
    expect(differences).toMatchObject({ differing: 1, absolute: { difference: Number.POSITIVE_INFINITY } });
  });

  test('equals itself', () => {
    expect(compareValues(json(Number.NaN), json(Number.NaN), '')).toMatchObject({ differing: 0, absolute: undefined });
  });
});
