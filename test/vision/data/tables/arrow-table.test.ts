import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Int32, Utf8 } from 'apache-arrow';
import { expect, test } from 'vitest';
import { int32Column, textColumn, writeArrowTable } from '../../../../src/vision/data/tables/arrow-file.ts';
import { readArrowTable } from '../../../../src/vision/data/tables/arrow-table.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';

const advice = 'Rerun the stage that made it; if it was made by hand, write it as an Arrow IPC file.';

async function tableOf(names: readonly string[]): Promise<string> {
  const file = join(temporaryFolder(), 'table.arrow');
  await writeArrowTable(file, {
    name: textColumn(names),
    length: int32Column(Int32Array.from(names, (name) => name.length)),
  });
  return file;
}

test.each([[['coat', 'Hôte 帽子', '']], [[]]])(
  'readArrowTable returns what writeArrowTable wrote: %j',
  async (names) => {
    const table = unwrap(await readArrowTable(await tableOf(names), { name: new Utf8(), length: new Int32() }));
    expect(Array.from(table, ({ name, length }) => [name, length])).toEqual(names.map((name) => [name, name.length]));
  },
);

test('readArrowTable reports a missing file', async () => {
  const file = join(temporaryFolder(), 'none.arrow');
  expect(await readArrowTable(file, {})).toEqual({
    ok: false,
    failure: [{ message: 'cannot read this as an Arrow file: there is no such file or folder', at: { file }, advice }],
  });
});

test('readArrowTable reports a truncated file and a file that is not an Arrow file', async () => {
  const file = await tableOf(['coat', 'neck']);
  for (const content of [readFileSync(file).subarray(0, -20), Buffer.from('name,length\ncoat,4\n'), Buffer.alloc(0)]) {
    writeFileSync(file, content);
    expect(await readArrowTable(file, { name: new Utf8() })).toEqual({
      ok: false,
      failure: [{ message: 'this is not an Arrow IPC file, or it is incomplete', at: { file }, advice }],
    });
  }
});

test('readArrowTable reports a file with a corrupted footer', async () => {
  const file = await tableOf(['coat', 'neck']);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(255, bytes.length - 60, bytes.length - 10));
  const message = expect.stringMatching(/^cannot read this as an Arrow file: ./);
  expect(await readArrowTable(file, { name: new Utf8() })).toMatchObject({
    ok: false,
    failure: [{ message, at: { file } }],
  });
});

test('readArrowTable reports a missing column and a column of another type', async () => {
  const file = await tableOf(['coat']);
  expect(await readArrowTable(file, { task: new Utf8() })).toEqual({
    ok: false,
    failure: [{ message: 'expected a column "task" of type Utf8, but there is none', at: { file }, advice }],
  });
  expect(await readArrowTable(file, { name: new Utf8(), length: new Utf8() })).toEqual({
    ok: false,
    failure: [{ message: 'expected a column "length" of type Utf8, but its type is Int32', at: { file }, advice }],
  });
});
