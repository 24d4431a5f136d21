import { describe, expect, test } from 'vitest';
import type { ActionRecord } from '../../../src/engine/cache/records.ts';
import { actionKey, type KeyDocument, keyDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { describeExplanation } from '../../../src/engine/report/explain.ts';

const packages = Object.fromEntries(
  Array.from({ length: 178 }, (_, index) => [`package-${index}@1.0.0`, sha256(String(index))]),
);
const base = { code: sha256('code'), params: { rate: 0.1 }, inputs: { table: sha256('table') }, env: {}, runtime: {} };
const document: KeyDocument = keyDocument({ ...base, packages });

function explained(full: boolean, last?: KeyDocument, now = document): string[] {
  const made = { run: '1', finished: '2026-11-28T12:00:00.000Z', seconds: 1, node: '20.19.0', platform: 'linux-x64' };
  const provenance = { stage: 'train', module: 'stages/train.ts', modules: {}, ...made };
  const record: ActionRecord | undefined = last && {
    ...{ key: actionKey(last), document: last, outputs: {}, metrics: {}, provenance },
  };
  const key = actionKey(now);
  const parts = { stage: 'train', key, cached: false, reasons: ['forced'], document: now, open: [], secrets: [] };
  const paint = (_format: string, text: string) => text;
  return describeExplanation({ ...parts, ...(record && { last: record }) }, { paint, full }).split('\n');
}

describe('the explanation of a key with many packages', () => {
  test('names only the package that changed', () => {
    const before = keyDocument({ ...base, packages: { ...packages, 'package-7@1.0.0': sha256('other') } });
    const lines = explained(false, before);
    expect(lines.filter((line) => line.includes('package-'))).toEqual([
      `●  package  package-7@1.0.0  ${packages['package-7@1.0.0']}`,
    ]);
    expect(lines.at(-1)).toBe('  and 177 packages that did not change; --full lists them');
    expect(lines.length).toBeLessThan(10);
  });

  test('names all of them with --full', () => {
    const lines = explained(true, document);
    expect(lines.filter((line) => line.includes('package-'))).toHaveLength(178);
    expect(lines.at(-1)).not.toContain('--full');
  });

  test('counts them if there is no result to compare with', () => {
    expect(explained(false).at(-1)).toBe('  and 178 packages; --full lists them');
  });

  test('names all if they are few', () => {
    const few = Object.fromEntries(Object.entries(packages).slice(0, 3));
    const lines = explained(false, undefined, keyDocument({ ...base, packages: few }));
    expect(lines.filter((line) => line.includes('package-'))).toHaveLength(3);
  });
});
