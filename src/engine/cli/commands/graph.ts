import { existsSync } from 'node:fs';
import { writeJson, writeText } from '../../../shared/text/output.ts';
import { survey } from '../../execute/survey.ts';
import { toDot, toSvg } from '../../report/graph/dot.ts';
import { type Graph, toGraph } from '../../report/graph/graph.ts';
import { toJson } from '../../report/graph/json.ts';
import { toMermaid } from '../../report/graph/mermaid.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../with-session.ts';

const FORMATS: Readonly<Record<string, (graph: Graph) => string | object | Promise<string>>> = {
  mermaid: toMermaid,
  dot: toDot,
  svg: toSvg,
  json: toJson,
};

/** `pipeline graph`: prints the stages, their inputs, and which of them are cached. */
export async function graph(options: CommonOptions & { readonly format: string }): Promise<number> {
  const format = options.json ? 'json' : options.format;
  return withSession(options, async ({ services }) => {
    const names = services.plan.stages.map(({ name }) => name);
    const drawing = await FORMATS[format]?.(toGraph(services.plan, await survey(services, names), existsSync));
    if (typeof drawing === 'object') writeJson(process.stdout, drawing);
    else writeText(process.stdout, `${drawing?.trimEnd()}\n`);
    return EXIT.ok;
  });
}
