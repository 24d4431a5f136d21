import type { Json } from '../../shared/json.ts';

/** What a stage has put out as the values of a dimension. */
export interface FoundList {
  /** The name of the file: `folds.json`. */
  readonly file: string;
  /** The values, unchecked, or why they cannot be read, as the end of a sentence. */
  readonly content: { readonly value: Json } | { readonly fault: string };
}

/** The lists that are known, by `stage.output`. */
export type Lists = ReadonlyMap<string, FoundList>;

/** An output that has the values of a dimension. */
export interface ListOutput {
  /** As the pipeline file has it: `stage.output`. */
  readonly written: string;
  readonly stage: string;
  readonly output: string;
}

/** Returns the outputs that a matrix takes values from, each once. */
export function distinctLists(lists: Iterable<ListOutput>): ListOutput[] {
  return [...new Map([...lists].map((list) => [list.written, list])).values()];
}
