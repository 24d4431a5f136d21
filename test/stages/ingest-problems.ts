import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import { datasetOf, writeFiles } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';

export const LABELS = 'Annotations/label.csv';
export const MARK = 'Mark the true class with y and all others with n, or m for «maybe»; or take the row out.';
export const NAME =
  'A head of the network is named after it: begin with a letter from A to Z or a digit, go on with these, _, - and dots.';
export const FROM_ROOT = "Give the path from the data set's folder on, such as Images/1.jpg.";

export interface Case {
  readonly what: string;
  /** Rows of the label file after four good ones. */
  readonly rows?: readonly string[];
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly make?: (root: string) => void;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Each as `place: message — advice`, with the data set's folder written as `…`. */
  readonly said: readonly string[];
}

/** What ingest says of a data set that is not right. */
export async function problemsOf(
  root: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  const { failure } = await ingestOf(root, params);
  expect(failure?.kind).toBe('bad-input');
  return (failure?.problems ?? []).map((problem) => inOneLine(problem).replaceAll(root, '…'));
}

function inOneLine({ at, message, advice }: Problem): string {
  const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(':');
  return `${place}${place === '' ? '' : ': '}${message}${advice === undefined ? '' : ` — ${advice}`}`;
}

export function checkAll(cases: readonly Case[]): void {
  test.each(cases.map((one) => [one.what, one] as const))(
    '%s',
    async (_what, { rows = [], files, make, params, said }) => {
      const root = datasetOf([...COATS, ...rows]);
      writeFiles(root, files ?? {});
      make?.(root);
      expect(await problemsOf(root, params)).toEqual(said);
    },
  );
}

export const replaceBy = (path: string, target: string) => (root: string) => {
  rmSync(join(root, path), { recursive: true, force: true });
  symlinkSync(target, join(root, path));
};
