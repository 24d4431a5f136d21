import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toRuntimeFacts } from '../../../src/engine/fingerprint/declared-runtime-facts.ts';
import { SealedTrees } from '../../../src/engine/fingerprint/sealed-trees.ts';
import type { DeclaredFacts } from '../../../src/engine/plan/runtime-facts.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

const DECLARED: DeclaredFacts = {
  name: 'ort',
  packages: ['ort'],
  files: ['lib/libort.so', 'models'],
  env: [],
  device: true,
};

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** The folder of the package as it is installed. */
function installed(): string {
  const folder = temporaryFolder();
  write(folder, 'package.json', '{ "name": "ort" }');
  write(folder, 'lib/libort.so', 'library');
  write(folder, 'models/a.bin', 'a');
  return folder;
}

function read(folder: string, facts: DeclaredFacts = DECLARED, hasGpu = false) {
  const index = temporaryFolder();
  const runtime = toRuntimeFacts(facts, new SealedTrees(join(index, 'trees')));
  return runtime.read({ name: 'ort', version: '1.0.0', folder }, { hasGpu });
}

describe('runtime facts that a pipeline file declares', () => {
  test('consist of the device and the digests of files and folders', () => {
    const folder = installed();
    const before = unwrap(read(folder));
    expect(before).toEqual({
      device: 'cpu',
      'file lib/libort.so': expect.stringMatching(/^[0-9a-f]{64}$/),
      'file models': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    write(folder, 'models/inner/b.bin', 'b');
    const models = expect.not.stringMatching(before['file models'] ?? '');
    expect(unwrap(read(folder, DECLARED, true))).toEqual({ ...before, device: 'gpu', 'file models': models });
  });

  test('are the same for an equal copy of the package in another folder', () => {
    expect(read(installed())).toEqual(read(installed()));
  });

  test('have the value absent for a missing file or a broken symbolic link', () => {
    const folder = installed();
    symlinkSync('nowhere', join(folder, 'link.so'));
    const facts = { ...DECLARED, device: false, files: ['gone.so', 'package.json/inner', 'link.so'] };
    expect(unwrap(read(folder, facts))).toEqual({
      'file gone.so': 'absent',
      'file package.json/inner': 'absent',
      'file link.so': 'absent',
    });
  });

  test('are a problem if a folder exists but cannot be read completely', () => {
    const folder = installed();
    symlinkSync('nowhere', join(folder, 'models/b.bin'));
    const result = read(folder);
    expect(result.ok ? [] : result.failure.map(({ at }) => at?.file)).toEqual([join(folder, 'models/b.bin')]);
  });
});
