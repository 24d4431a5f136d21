/** The requested value of each dimension, as written: `seed=1` in `train@seed=1`. */
export type Selection = ReadonlyMap<string, string>;

/** A parsed `train`, or `train@seed=1` for the matching instances. */
export interface StageReference {
  readonly stage: string;
  readonly selection: Selection;
}

const VALUE = /([A-Za-z][A-Za-z0-9_-]*)=("(?:[^"\\]|\\.)*"|[^",]+)(?:,|$)/y;

/** Parses `STAGE` or `STAGE@NAME=VALUE,…`. Returns undefined for anything else. */
export function parseStageReference(text: string): StageReference | undefined {
  const at = text.indexOf('@');
  const stage = at === -1 ? text : text.slice(0, at);
  if (at === -1) return { stage, selection: new Map() };
  const selection = new Map<string, string>();
  VALUE.lastIndex = at + 1;
  while (VALUE.lastIndex < text.length) {
    const [, dimension, value] = VALUE.exec(text) ?? [];
    if (dimension === undefined || value === undefined || selection.has(dimension)) return undefined;
    selection.set(dimension, value);
  }
  return selection.size === 0 || text.endsWith(',') ? undefined : { stage, selection };
}

/** Splits `STAGE.OUTPUT` at the last dot that is not in quotes. */
export function splitOutput(text: string): { readonly stage: string; readonly output: string } | undefined {
  const [, stage, output] = /^(.*)\.([^."]+)$/s.exec(text) ?? [];
  return stage === undefined || output === undefined ? undefined : { stage, output };
}

/** Explains the syntax of stage references. */
export const STAGE_REFERENCE_ADVICE =
  'For example: train for all instances of a matrix; train@seed=1 or train@backbone=small-cnn,seed=1 for the matching ' +
  'ones. Quote a value that contains a comma: train@prompt="a, b".';
