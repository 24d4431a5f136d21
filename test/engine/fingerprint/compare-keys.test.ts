import { describe, expect, test } from 'vitest';
import {
  actionKey,
  type KeyCommand,
  type KeyDocument,
  keyDocument,
  type RecordedDocument,
} from '../../../src/engine/fingerprint/action-key.ts';
import { compareKeys } from '../../../src/engine/fingerprint/compare-keys.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { OTHER_SCHEME } from '../../support/messages.ts';

const TENSORFLOW = { version: '2.21.0', device: 'cpu' };
const ORT = { 'file lib/ort.so': sha256('library'), device: 'cpu' };

const DOCUMENT: KeyDocument = keyDocument({
  code: sha256('code'),
  packages: { 'sharp@0.35.4': sha256('a'), '@img/linux@1.0.0': sha256('b') },
  params: { learning_rate: 0.0001, augment: { flip: true } },
  inputs: { images: sha256('images') },
  env: { HOME: sha256('/root') },
  runtime: { tensorflow: TENSORFLOW, ort: ORT },
});

function reasons(change: Partial<KeyDocument>, modules: Record<string, string> = {}) {
  const digests = (texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, sha256(text)]));
  const before = { document: DOCUMENT, modules: digests({ 'stages/train.ts': 'a', 'src/loop.ts': 'b' }) };
  const now = {
    document: { ...DOCUMENT, ...change },
    modules: digests({ 'stages/train.ts': 'a', 'src/loop.ts': 'b', ...modules }),
  };
  const labelOf = (name: string) => (name === 'tensorflow' ? 'TensorFlow' : name);
  return compareKeys(before, now, 'stages/train.ts', { labelOf });
}

describe('the reasons why a stage with a command runs', () => {
  const COMMAND: KeyCommand = { run: ['python3', 'a b', '{inputs.table}'], outputs: ['out'], version: 'Python 3.11' };
  const withCommand = (command: KeyCommand | undefined) => ({
    document: { ...DOCUMENT, code: sha256(JSON.stringify(command) ?? ''), ...(command && { command }) },
    modules: {},
  });

  test.each<[KeyCommand | undefined, string]>([
    [
      { ...COMMAND, run: ['python3', 'a', '{inputs.table}'] },
      "command python3 'a b' {inputs.table} → python3 a {inputs.table}",
    ],
    [{ ...COMMAND, run: 'python3\n  a' }, "command python3 'a b' {inputs.table} → python3 a"],
    [{ ...COMMAND, outputs: ['out', 'log'] }, 'outputs out → out, log'],
    [{ ...COMMAND, version: 'Python 3.12' }, 'version of the program Python 3.11 → Python 3.12'],
    [{ run: COMMAND.run, outputs: COMMAND.outputs }, 'version of the program Python 3.11 → not declared'],
    [undefined, 'it runs a.ts now'],
  ])('a change of the command to %j is reported as %s', (command, reason) => {
    expect(compareKeys(withCommand(COMMAND), withCommand(command), 'a.ts')).toEqual([reason]);
  });
});

describe('the reasons why a stage runs', () => {
  test.each<[Partial<KeyDocument>, Record<string, string>, string[]]>([
    [{}, {}, []],
    [{ params: { ...DOCUMENT.params, learning_rate: 0.00005 } }, {}, ['param learning_rate 0.0001 → 0.00005']],
    [{ params: { ...DOCUMENT.params, augment: { flip: false } } }, {}, ['param augment.flip true → false']],
    [{ params: { ...DOCUMENT.params, seed: 1 } }, {}, ['param seed is new: 1']],
    [{ params: { augment: { flip: true } } }, {}, ['param learning_rate was removed: 0.0001']],
    [{ code: sha256('x') }, { 'src/loop.ts': 'c' }, ['stages/train.ts: src/loop.ts changed']],
    [{ code: sha256('x') }, { 'stages/train.ts': 'c' }, ['stages/train.ts changed']],
    [
      { code: sha256('x') },
      { 'src/new.ts': 'c', 'stages/train.ts': 'c' },
      ['stages/train.ts: changed, src/new.ts is new'],
    ],
    [{ inputs: { images: sha256('other') } }, {}, ['input images changed']],
    [{ env: { HOME: null } }, {}, ['env HOME is no longer set']],
    [{ env: { HOME: sha256('/home') } }, {}, ['env HOME changed']],
    [{ env: { ...DOCUMENT.env, UNIT: sha256('kg') } }, {}, ['env UNIT is declared now']],
    [{ env: {} }, {}, ['env HOME is no longer declared']],
    [{ inputs: {} }, {}, ['input images was removed']],
    [{ runtime: { tensorflow: { ...TENSORFLOW, device: 'gpu' }, ort: ORT } }, {}, ['TensorFlow: device cpu → gpu']],
    [
      { runtime: { tensorflow: TENSORFLOW, ort: { ...ORT, 'file lib/ort.so': sha256('other') } } },
      {},
      ['ort: file lib/ort.so changed'],
    ],
    [
      { runtime: { tensorflow: TENSORFLOW, ort: { ...ORT, 'file lib/ort.so': 'absent' } } },
      {},
      ['ort: file lib/ort.so present → absent'],
    ],
    [{ runtime: { tensorflow: TENSORFLOW, ort: { device: 'cpu' } } }, {}, ['ort: file lib/ort.so present → none']],
    [{ runtime: { ort: ORT } }, {}, ['runtime fact TensorFlow was removed: version 2.21.0, device cpu']],
    [
      { runtime: { ...DOCUMENT.runtime, blas: { 'folder lib': sha256('lib'), device: 'gpu' } } },
      {},
      ['runtime fact blas is new: folder lib, device gpu'],
    ],
  ])('name what changed for %j', (change, modules, expected) => {
    expect(reasons(change, modules)).toEqual(expected);
  });

  test('say that a variable is set that was not', () => {
    const before = { document: { ...DOCUMENT, env: { UNIT: null } }, modules: {} };
    const now = { document: { ...DOCUMENT, env: { UNIT: sha256('kg') } }, modules: {} };
    expect(compareKeys(before, now, 's.ts')).toEqual(['env UNIT is set now']);
  });

  test('contain the part in which a long value differs', () => {
    const classes = Array.from({ length: 40 }, (_, index) => `class_${index}`);
    const before = { document: { ...DOCUMENT, params: { classes } }, modules: {} };
    const changed = { classes: classes.with(20, 'other') };
    expect(compareKeys(before, { document: { ...DOCUMENT, params: changed }, modules: {} }, 's.ts')).toEqual([
      'param classes …8","class_19","class_20","class_21","class_22","class_23","… → …8","class_19","other","class_21","class_22","class_23","cla…',
    ]);
  });

  test('contain the versions of a changed package, or that its content is different', () => {
    expect(reasons({ packages: { 'sharp@0.35.5': sha256('c'), '@img/linux@1.0.0': sha256('b') } })).toEqual([
      'package sharp 0.35.4 → 0.35.5',
    ]);
    expect(reasons({ packages: { ...DOCUMENT.packages, '@img/linux@1.0.0': sha256('x') } })).toEqual([
      'package @img/linux@1.0.0 has other content under the same version',
    ]);
    expect(reasons({ packages: { 'sharp@0.35.4': sha256('a') } })).toEqual(['package @img/linux 1.0.0 was removed']);
  });
});

describe('the comparison with a record of another scheme', () => {
  const { runtime: _, ...shared } = DOCUMENT;
  const earlier = { ...shared, scheme: 1, tensorflow: TENSORFLOW } as RecordedDocument;

  test('reports the other scheme once, and the differences in params and inputs', () => {
    const now = { ...DOCUMENT, params: { ...DOCUMENT.params, learning_rate: 1 }, packages: {}, code: sha256('x') };
    const reasonsNow = compareKeys({ document: earlier, modules: {} }, { document: now, modules: {} }, 's.ts');
    expect(reasonsNow).toEqual([OTHER_SCHEME, 'param learning_rate 0.0001 → 1']);
  });

  test('compares two records of the same earlier scheme completely', () => {
    const other = { ...earlier, ...{ tensorflow: { ...TENSORFLOW, device: 'gpu' } } } as RecordedDocument;
    expect(compareKeys({ document: earlier, modules: {} }, { document: other, modules: {} }, 's.ts')).toEqual([
      'tensorflow: device cpu → gpu',
    ]);
  });

  test('does not fail for a record of a later scheme with unknown parts', () => {
    const later = { scheme: 99, program: 'x' } as unknown as RecordedDocument;
    expect(compareKeys({ document: later, modules: {} }, { document: DOCUMENT, modules: {} }, 's.ts')[0]).toBe(
      OTHER_SCHEME,
    );
  });
});

describe('an action key', () => {
  test('does not depend on the order of the entries in its document', () => {
    const params = { augment: { flip: true }, learning_rate: 0.0001 };
    expect(actionKey({ ...DOCUMENT, params })).toBe(actionKey(DOCUMENT));
  });

  test.each<Partial<KeyDocument>>([
    { code: sha256('x') },
    { packages: {} },
    { params: {} },
    { inputs: {} },
    { env: {} },
    { runtime: {} },
    { runtime: { ...DOCUMENT.runtime, ort: { ...ORT, device: 'gpu' } } },
  ])('depends on %j', (change) => {
    expect(actionKey({ ...DOCUMENT, ...change })).not.toBe(actionKey(DOCUMENT));
  });
});
