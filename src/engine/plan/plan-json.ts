import type { Json } from '../../shared/json.ts';
import type { Plan, PlannedStage } from './plan.ts';

/** Converts a plan to JSON, to be stored. */
export function planToJson(plan: Plan): Json {
  const stages = plan.stages.map((stage) => ({ ...stage, inputs: [...stage.inputs] }));
  return { ...plan, stages } as unknown as Json;
}

/** Restores a plan from the JSON of `planToJson`. */
export function planFromJson(json: Json): Plan {
  const { stages, ...rest } = json as unknown as { readonly stages: readonly (PlannedStage & { inputs: [] })[] };
  return { ...rest, stages: stages.map((stage) => ({ ...stage, inputs: new Map(stage.inputs) })) } as unknown as Plan;
}
