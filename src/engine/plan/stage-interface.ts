import type { StageDefinition } from '../../index.ts';

/** The declarations of a stage module: its definition without `run`. */
export type StageInterface = Pick<StageDefinition, 'params' | 'inputs' | 'outputs' | 'reuses'>;

export interface PlannedOutput {
  readonly name: string;
  /** The file name that the stage writes and `export` copies: `predictions.csv`. */
  readonly file: string;
}

/** Parses the declaration of an output: `predictions.csv` declares the output `predictions`. */
export function toOutput(declared: string): PlannedOutput {
  return { name: declared.split('.', 1)[0] ?? declared, file: declared };
}
