import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { describeInspection, inspectContent } from '../../../src/engine/inspect/registry.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { fuzzRuns, mutatedBytes } from '../../support/mutations.ts';

const folder = temporaryFolder(afterAll);
const table = tableFromArrays({
  id: Int32Array.of(1, 2, 3),
  word: ['a', 'b', 'a'],
  share: Float64Array.of(0, 0.5, NaN),
});
const npy = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\x00\x46\x00', 'latin1'),
  Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(70)),
  Buffer.alloc(24),
]);

const VALID: Readonly<Record<string, Uint8Array>> = {
  'table.arrow': tableToIPC(table, 'file'),
  'stream.arrow': tableToIPC(table, 'stream'),
  'array.npy': npy,
  'table.csv': Buffer.from('name,value\n"a ""b""",1\nc,2\n'),
  'values.json': Buffer.from('{"a":[1,{"b":null}],"c":"text"}'),
  'text.txt': Buffer.from('one\ntwo\n'),
};

test.each(Object.entries(VALID))('pipeline inspect describes a file with any bytes in it: %s', async (name, valid) => {
  const file = join(folder, name);
  const view = { width: 80, full: false, paint: (_format: string, text: string) => text };
  const check = async (bytes: Uint8Array) => {
    writeFileSync(file, bytes);
    const found = await inspectContent(file, name, []);
    expect(describeInspection(found, view).length).toBeGreaterThan(0);
    JSON.stringify(found.content);
  };
  await check(valid);
  await fc.assert(fc.asyncProperty(mutatedBytes(valid), check), fuzzRuns(60));
});
