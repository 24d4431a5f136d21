import { labels, type MatrixValues } from './matrix.ts';
import type { PlannedStage } from './plan.ts';
import type { ArtifactInput } from './plan-inputs.ts';
import type { PathInput } from './resolve-input.ts';

/** One artifact or path that a stage reads. */
export interface Source {
  /** The name of the input in the pipeline file. */
  readonly input: string;
  /** Its name in the action key: `models[seed=1]` for an artifact with the matrix value `seed=1` in a collection. */
  readonly name: string;
  readonly from: ArtifactInput | PathInput;
}

/** Returns the name in the action key of one of the artifacts that an input collects. */
export function collectedName(input: string, matrix: MatrixValues): string {
  return `${input}[${labels(matrix)}]`;
}

/** Returns the input of a name in the action key: `models` for `models[seed=1]`. */
export function inputOf(name: string): string {
  return name.split('[', 1)[0] ?? name;
}

/** Returns everything that a stage reads, in the order of the pipeline file. */
export function sourcesOf({ inputs }: Pick<PlannedStage, 'inputs'>): Source[] {
  const sources: Source[] = [];
  for (const [input, from] of inputs) {
    if (from.kind !== 'collection') sources.push({ input, name: input, from });
    else
      for (const item of from.items)
        sources.push({ input, name: collectedName(input, item.matrix), from: item.source });
  }
  return sources;
}
