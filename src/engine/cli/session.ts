import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { distinct, type Problem, type Result, success } from '../../shared/problem.ts';
import { downloadsIn } from '../cache/housekeeping/downloads.ts';
import { Uses } from '../cache/local/uses.ts';
import { hasGpu } from '../execute/gpus.ts';
import type { Services } from '../execute/services.ts';
import { toRuntimeFacts } from '../fingerprint/declared-runtime-facts.ts';
import { FileDigests } from '../fingerprint/file-digests.ts';
import { Listings } from '../fingerprint/listings.ts';
import { collectPackageAdvice } from '../fingerprint/package-advice.ts';
import { PathDigests } from '../fingerprint/path-digests.ts';
import { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import { SealedTrees } from '../fingerprint/sealed-trees.ts';
import { type StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import type { Plan } from '../plan/plan.ts';
import { readPipelineFile } from '../plan/read.ts';
import { sourcesOf } from '../plan/sources.ts';
import { localExecutor, openLocalStores } from './compose.ts';
import { type KnownPlan, KnownPlans } from './known-plans.ts';
import type { CommonOptions } from './options.ts';
import type { Planned } from './plan-anew.ts';
import { findProject } from './project.ts';

/** A pipeline that has been read and checked, with all that commands need of it. */
export interface Session {
  readonly services: Services;
  /** Keeps what was learnt about files and stages for the next run. */
  save(): void;
  /** Nothing of it is used any more. */
  close(): void;
}

/** Reads and checks the pipeline; of what earlier runs found out only what may have changed. */
export async function openSession(options: CommonOptions, signal: AbortSignal): Promise<Result<Session>> {
  const project = findProject(options);
  const text = readPipelineFile(project.file, project.shown);
  if (!text.ok) return text;
  const index = join(project.cache, 'index');
  const digests = (name: string) => new FileDigests(join(index, name), options.engine.hashWorker);
  const [sources, inputs] = [digests('sources'), digests('inputs')];
  const trees = new SealedTrees(join(index, 'trees'));
  const builtIn = options.engine.extensions.runtimeFacts;
  const packageAdvice = collectPackageAdvice(builtIn);
  const codes = new StageCodes(index, project.root, sources, packageAdvice);
  const installation = { ...options.engine, root: project.root, codes, packageAdvice };

  const plans = new KnownPlans(join(index, 'plans'), options.engine.build);
  let planned = stillTrue(plans.find(project, text.value, options), codes);
  if (planned === undefined) {
    const { planAnew } = await import('./plan-anew.ts');
    const anew = await planAnew(
      project,
      text.value,
      options,
      builtIn.map(({ name }) => name),
      installation,
      signal,
    );
    if (!anew.ok) return anew;
    planned = anew.value;
    plans.keep(project, text.value, options, toKnown(planned));
  }
  const declared = planned.plan.runtimeFacts.map((facts) => toRuntimeFacts(facts, trees, sources));
  const uses = new Uses(project.cache);
  const { linkable, save, ...stores } = openLocalStores(project.cache, trees, options.engine.hashWorker, uses);
  const roots = { project: project.root, cache: project.cache };
  const paths = new PathDigests(inputs, trees);
  const { engine, jobs } = options;
  return success({
    services: {
      plan: planned.plan,
      roots,
      stores,
      executor: localExecutor({ engine, roots, stores, linkable, paths, environment: process.env, jobs }),
      paths,
      listings: new Listings(join(index, 'listings')),
      codes: planned.codes,
      texts: codes,
      packageAdvice,
      runtime: new RuntimeRegistry([...builtIn, ...declared], () => hasGpu(process.env)),
      downloads: downloadsIn(project.cache),
      environment: process.env,
    },
    save: () => {
      save();
      for (const learnt of [sources, inputs, trees, codes]) learnt.save();
    },
    close: () => uses.release(),
  });
}

/** A plan that was made earlier, if the code of no stage has changed since. */
function stillTrue(known: KnownPlan | undefined, codes: StageCodes): Planned | undefined {
  if (known === undefined) return undefined;
  const found = new Map<string, StageCode>();
  for (const [module, digest] of Object.entries(known.codes)) {
    const code = codes.known(module);
    if (code?.digest !== digest) return undefined;
    found.set(module, code);
  }
  return { plan: known.plan, codes: found };
}

function toKnown({ plan, codes }: Planned): KnownPlan {
  return { plan, codes: Object.fromEntries([...codes].map(([module, { digest }]) => [module, digest])) };
}

/** The inputs from outside that are not there, of the stages that `wanted` names. */
export function missingInputs(plan: Plan, wanted: ReadonlySet<string>): readonly Problem[] {
  const problems = plan.stages
    .filter((stage) => wanted.has(stage.name))
    .flatMap((stage) =>
      sourcesOf(stage).flatMap(({ input, from }): Problem[] =>
        from.kind !== 'path' || existsSync(from.path)
          ? []
          : [
              {
                message: `input «${input}» of stage «${stage.declared}» is not there: ${from.written}`,
                at: from.at,
                advice: `Put it at ${from.path}, or name another place here or by --set.`,
              },
            ],
      ),
    );
  return distinct(problems);
}
