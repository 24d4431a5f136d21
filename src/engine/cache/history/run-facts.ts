import { flatten } from '../../../shared/flatten.ts';
import type { Json } from '../../../shared/json.ts';
import { canonicalJson } from '../../fingerprint/digest.ts';
import type { RunRecord } from '../records.ts';

export type FactKind = 'params' | 'metrics' | 'instances';

/** A param or a metric of a run. */
export interface Fact {
  /** The stage; that of the pipeline file for the instances of a matrix together. */
  readonly stage: string;
  readonly name: string;
  /** Of a metric, the values of all instances of a matrix; of a param, the distinct ones. */
  readonly values: readonly Json[];
}

/**
 * The params and metrics of a run, by `STAGE.NAME`. The instances of a matrix count as one stage; the metrics of each
 * instance are in `instances` besides.
 */
export type RunFacts = Readonly<Record<FactKind, ReadonlyMap<string, Fact>>>;

export function factsOf({ stages }: RunRecord): RunFacts {
  const params = new Map<string, Fact>();
  const metrics = new Map<string, Fact>();
  const instances = new Map<string, Fact>();
  for (const { name: instance, params: given = {}, metrics: reported } of stages) {
    const [stage = instance] = instance.split('@', 1);
    for (const [name, value] of Object.entries(flatten(given))) {
      const known = params.get(`${stage}.${name}`)?.values ?? [];
      const isNew = known.every((other) => canonicalJson(other) !== canonicalJson(value));
      if (isNew) params.set(`${stage}.${name}`, { stage, name, values: [...known, value] });
    }
    for (const [name, value] of Object.entries(reported)) {
      const known = metrics.get(`${stage}.${name}`)?.values ?? [];
      metrics.set(`${stage}.${name}`, { stage, name, values: [...known, value] });
      if (stage !== instance) instances.set(`${instance}.${name}`, { stage: instance, name, values: [value] });
    }
  }
  return { params, metrics, instances };
}
