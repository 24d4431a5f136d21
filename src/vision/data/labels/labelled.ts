import type { Problem } from '../../../shared/problem.ts';
import type { LabelKinds } from '../tables/label-kind.ts';
import type { Finding } from './findings.ts';
import type { Label, NamingRow } from './label-rows.ts';
import type { GivenSplits } from './split.ts';

/** Problems, of which there is at most one per file, and findings, of which there may be thousands. */
export interface Faults {
  readonly problems: readonly Problem[];
  readonly findings: readonly Finding[];
}

/** The labels of a data set. */
export interface Labels extends GivenSplits {
  readonly labels: readonly Label[];
  /** The names of each task's classes, by class index, or of its numbers, where the data set names them. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  readonly kinds: LabelKinds;
  readonly notes: readonly string[];
}

/** What a layout reads. */
export interface Labelled extends Faults, Labels {
  /** All rows that name an image, valid or not. */
  readonly rows: readonly NamingRow[];
  /** The tasks that any row names, valid or not. */
  readonly tasks: ReadonlySet<string>;
}

export const NOTHING_LABELLED: Labelled = {
  labels: [],
  classNames: new Map(),
  kinds: new Map(),
  splits: new Map(),
  groups: new Map(),
  rows: [],
  tasks: new Set(),
  findings: [],
  problems: [],
  notes: [],
};
