import { describe, expect, test } from 'vitest';
import { actionKey, type KeyDocument, keyDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { compareKeys } from '../../../src/engine/fingerprint/compare-keys.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';

const DOCUMENT: KeyDocument = keyDocument({
  code: sha256('code'),
  packages: { 'sharp@0.35.4': 'sha512-a', '@img/linux@1.0.0': 'sha512-b' },
  params: { learning_rate: 0.0001, augment: { flip: true } },
  inputs: { images: sha256('images') },
  env: { HOME: '/root' },
  tensorflow: { version: '2.21.0', device: 'cpu' },
});

function reasons(change: Partial<KeyDocument>, modules: Record<string, string> = {}) {
  const digests = (texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, sha256(text)]));
  const before = { document: DOCUMENT, modules: digests({ 'stages/train.ts': 'a', 'src/loop.ts': 'b' }) };
  const now = {
    document: { ...DOCUMENT, ...change },
    modules: digests({ 'stages/train.ts': 'a', 'src/loop.ts': 'b', ...modules }),
  };
  return compareKeys(before, now, 'stages/train.ts');
}

describe('why a stage runs is said in words that name the thing', () => {
  test.each<[Partial<KeyDocument>, Record<string, string>, string[]]>([
    [{}, {}, []],
    [{ params: { ...DOCUMENT.params, learning_rate: 0.00005 } }, {}, ['param learning_rate 0.0001 → 0.00005']],
    [{ params: { ...DOCUMENT.params, augment: { flip: false } } }, {}, ['param augment.flip true → false']],
    [{ params: { ...DOCUMENT.params, seed: 1 } }, {}, ['param seed is new: 1']],
    [{ params: { augment: { flip: true } } }, {}, ['param learning_rate is gone: 0.0001']],
    [{ code: sha256('x') }, { 'src/loop.ts': 'c' }, ['stages/train.ts: src/loop.ts changed']],
    [{ code: sha256('x') }, { 'stages/train.ts': 'c' }, ['stages/train.ts changed']],
    [
      { code: sha256('x') },
      { 'src/new.ts': 'c', 'stages/train.ts': 'c' },
      ['stages/train.ts: changed, src/new.ts is new'],
    ],
    [{ inputs: { images: sha256('other') } }, {}, ['input images changed']],
    [{ env: { HOME: null } }, {}, ['env HOME /root → not set']],
    [{ env: { HOME: '' } }, {}, ['env HOME /root → «»']],
    [{ env: { HOME: '/root', UNIT: 'kg' } }, {}, ['env UNIT is declared now']],
    [{ env: {} }, {}, ['env HOME is no longer declared']],
    [{ inputs: {} }, {}, ['input images is gone']],
    [{ tensorflow: { version: '2.21.0', device: 'gpu' } }, {}, ['TensorFlow 2.21.0 on cpu → 2.21.0 on gpu']],
  ])('%j', (change, modules, expected) => {
    expect(reasons(change, modules)).toEqual(expected);
  });

  test('of an environment variable that looks secret: not its value', () => {
    const before = { document: { ...DOCUMENT, env: { API_TOKEN: 'a' } }, modules: {} };
    const now = { document: { ...DOCUMENT, env: { API_TOKEN: 'b' } }, modules: {} };
    expect(compareKeys(before, now, 's.ts')).toEqual(['env API_TOKEN changed']);
  });

  test('of a long value: the part in which it differs', () => {
    const classes = Array.from({ length: 40 }, (_, index) => `class_${index}`);
    const before = { document: { ...DOCUMENT, params: { classes } }, modules: {} };
    const changed = { classes: classes.with(20, 'other') };
    expect(compareKeys(before, { document: { ...DOCUMENT, params: changed }, modules: {} }, 's.ts')).toEqual([
      'param classes …8","class_19","class_20","class_21","class_22","class_23","… → …8","class_19","other","class_21","class_22","class_23","cla…',
    ]);
  });

  test('of a package: its version, or that its content is another', () => {
    expect(reasons({ packages: { 'sharp@0.35.5': 'sha512-c', '@img/linux@1.0.0': 'sha512-b' } })).toEqual([
      'package sharp 0.35.4 → 0.35.5',
    ]);
    expect(reasons({ packages: { ...DOCUMENT.packages, '@img/linux@1.0.0': 'sha512-x' } })).toEqual([
      'package @img/linux 1.0.0 has other content',
    ]);
    expect(reasons({ packages: { 'sharp@0.35.4': 'sha512-a' } })).toEqual(['package @img/linux 1.0.0 is gone']);
  });
});

describe('an action key', () => {
  test('does not depend on the order in which things were written', () => {
    const params = { augment: { flip: true }, learning_rate: 0.0001 };
    expect(actionKey({ ...DOCUMENT, params })).toBe(actionKey(DOCUMENT));
  });

  test.each<Partial<KeyDocument>>([
    { code: sha256('x') },
    { packages: {} },
    { params: {} },
    { inputs: {} },
    { env: {} },
    { tensorflow: null },
  ])('depends on %j', (change) => {
    expect(actionKey({ ...DOCUMENT, ...change })).not.toBe(actionKey(DOCUMENT));
  });
});
