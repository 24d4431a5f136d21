import { labels, type MatrixValues } from './matrix.ts';
import type { PlannedStage } from './plan.ts';
import type { ArtifactInput } from './plan-inputs.ts';
import type { PathInput } from './resolve-input.ts';

/** One thing that a stage reads. */
export interface Source {
  /** The input, as the pipeline file names it. */
  readonly input: string;
  /** As an action key names it: of what an input collects each counts by its matrix values, `models[seed=1]`. */
  readonly name: string;
  readonly from: ArtifactInput | PathInput;
}

/** What an action key calls one of the things that an input collects. */
export function collectedName(input: string, matrix: MatrixValues): string {
  return `${input}[${labels(matrix)}]`;
}

/** All that a stage reads, in the order of the pipeline file. */
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
