import type { StageDefinition } from '../../index.ts';

/** What a stage module declares of itself: all of its definition but `run`. */
export type StageInterface = Pick<StageDefinition, 'params' | 'inputs' | 'outputs' | 'reuses'>;

export interface PlannedOutput {
  readonly name: string;
  /** The file name under which a stage makes it and `export` copies it: `predictions.csv`. */
  readonly file: string;
}

/** `predictions.csv` declares the output `predictions`. */
export function toOutput(declared: string): PlannedOutput {
  return { name: declared.split('.', 1)[0] ?? declared, file: declared };
}
