import { type Result, success } from '../../../shared/problem.ts';
import type { Services } from '../services.ts';
import { codeOf, variablesOf } from '../stage-key.ts';
import type { FrozenCode, FrozenPlan } from './frozen-plan.ts';

/** Returns what the jobs of a plan need to know, as it is now. Fails if the code of a stage cannot be read. */
export async function freezeServices(services: Services, forced: ReadonlySet<string>): Promise<Result<FrozenPlan>> {
  const { plan, environment } = services;
  const codes = new Map<string, FrozenCode>();
  const variables = new Set<string>();
  for (const stage of plan.stages) {
    for (const name of variablesOf(stage, services)) variables.add(name);
    if (stage.kind !== 'module' || codes.has(stage.module.path)) continue;
    const code = codeOf(stage, services);
    const text = await services.texts.textOf(stage.module.path, code.digest);
    if (!text.ok) return text;
    codes.set(stage.module.path, { code, text: text.value });
  }
  const set = [...variables].sort().flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return success({ plan, codes, forced, environment: Object.fromEntries(set) });
}
