import type { Json } from '../../shared/json.ts';
import type { Plan, PlannedStage } from './plan.ts';

/** A plan as JSON, to be remembered. */
export function planToJson(plan: Plan): Json {
  const stages = plan.stages.map((stage) => ({ ...stage, inputs: [...stage.inputs] }));
  return { ...plan, stages } as unknown as Json;
}

/** The plan that `planToJson` made into JSON. */
export function planFromJson(json: Json): Plan {
  const { stages, ...rest } = json as unknown as { readonly stages: readonly (PlannedStage & { inputs: [] })[] };
  return { ...rest, stages: stages.map((stage) => ({ ...stage, inputs: new Map(stage.inputs) })) } as unknown as Plan;
}
