import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Problem } from '../../src/shared/problem.ts';
import { datasetOf, writeFiles } from '../support/dataset.ts';
import { COATS, ingestOf } from '../support/ingest.ts';

export const LABELS = 'Annotations/label.csv';
export const LABEL_ADVICE =
  'Mark the true class with y and all others with n, or with m for "maybe"; or remove the row.';
export const TASK_NAME_ADVICE =
  'A head of the network is named after the task: start with an ASCII letter or digit, then use letters, digits, _, - and dots.';
export const RELATIVE_PATH = 'Give a path relative to the folder of the data set, such as Images/1.jpg.';

export interface Case {
  /** The title of the test. */
  readonly title: string;
  /** Rows of the label file after four valid ones. */
  readonly rows?: readonly string[];
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly make?: (root: string) => void;
  readonly params?: Readonly<Record<string, unknown>>;
  /** The expected problems, each as `place: message — advice`, with the data set's folder written as `…`. */
  readonly problems: readonly string[];
}

/** Returns the problems that ingest reports for an invalid data set, each in one line. */
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

/** Defines a test for each case: ingest rejects the data set with exactly these problems. */
export function checkAll(cases: readonly Case[]): void {
  test.each(cases.map((one) => [one.title, one] as const))(
    '%s',
    async (_title, { rows = [], files, make, params, problems }) => {
      const root = datasetOf([...COATS, ...rows]);
      writeFiles(root, files ?? {});
      make?.(root);
      expect(await problemsOf(root, params)).toEqual(problems);
    },
  );
}

/** Replaces a path of the data set by a symbolic link. */
export const replaceBy = (path: string, target: string) => (root: string) => {
  rmSync(join(root, path), { recursive: true, force: true });
  symlinkSync(target, join(root, path));
};
