/** By dimension the value that is asked for, as written: `seed=1` of `train@seed=1`. */
export type Selection = ReadonlyMap<string, string>;

/** `train`, or `train@seed=1` for those of its instances that match. */
export interface StageReference {
  readonly stage: string;
  readonly selection: Selection;
}

const VALUE = /([A-Za-z][A-Za-z0-9_-]*)=("(?:[^"\\]|\\.)*"|[^",]+)(?:,|$)/y;

/** Takes `STAGE` or `STAGE@NAME=VALUE,…` apart; nothing if it is neither. */
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

/** Splits `STAGE.OUTPUT` at its last dot that is not part of a value in quotes. */
export function splitOutput(text: string): { readonly stage: string; readonly output: string } | undefined {
  const [, stage, output] = /^(.*)\.([^."]+)$/s.exec(text) ?? [];
  return stage === undefined || output === undefined ? undefined : { stage, output };
}

/** What to write for a stage or some of its instances. */
export const STAGE_REFERENCE_ADVICE =
  'For example train for all of a matrix, or train@seed=1 or train@backbone=small-cnn,seed=1 for those that match. ' +
  'A value with a comma is in quotes: train@prompt="a, b".';
