import { declarePipeline } from '../../src/engine/plan/declaration.ts';
import { type Plan, planPipeline } from '../../src/engine/plan/plan.ts';
import { resolvePipeline } from '../../src/engine/plan/resolve.ts';
import type { StageInterface } from '../../src/engine/plan/stage-interface.ts';
import type { Result } from '../../src/shared/problem.ts';

/** Plans the text of a pipeline file, with the interface of each module from `interfaces`. */
export function planOf(
  text: string,
  interfaces: Readonly<Record<string, StageInterface>>,
  overlays: { profile?: string; set?: readonly string[] } = {},
): Result<Plan> {
  const declared = declarePipeline('pipeline.yaml', text);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, '/project', { ...overlays, set: overlays.set ?? [] });
  if (!resolved.ok) return resolved;
  return planPipeline(resolved.value, (stage) => interfaces[stage.module.written], []);
}

/** Plans a graph from lines like `c: a b`: stage c reads stages a and b. */
export function graphOf(...lines: readonly string[]): Result<Plan> {
  const interfaces: Record<string, StageInterface> = {};
  const stages = lines.map((line) => {
    const [name = '', reads = ''] = line.split(':');
    const names = reads.split(' ').filter(Boolean);
    interfaces[`${name}.ts`] = { inputs: names, outputs: ['out'] };
    return `  ${name}: { module: ${name}.ts, inputs: { ${names.map((read) => `${read}: ${read}.out`).join(', ')} } }`;
  });
  return planOf(`stages:\n${stages.join('\n')}\n`, interfaces);
}
