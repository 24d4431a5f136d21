import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { LocalCache } from '../cache/local.ts';
import { describeStages } from '../execute/describe.ts';
import { ResourcePool } from '../execute/resources.ts';
import type { Installation, Services } from '../execute/services.ts';
import { FileDigests } from '../fingerprint/file-digests.ts';
import { hasGpu } from '../fingerprint/runtime.ts';
import { type StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import { readPipeline } from '../plan/declaration.ts';
import { planPipeline, type StageInterface } from '../plan/plan.ts';
import { type ResolvedPipeline, type ResolvedStage, resolvePipeline } from '../plan/resolve.ts';
import { type Problem, type Result, success } from '../problem.ts';
import type { CommonOptions } from './options.ts';

/** A pipeline that has been read and checked, with all that commands need of it. */
export interface Session {
  readonly services: Services;
  readonly resolved: ResolvedPipeline;
  /** Keeps what was learnt about files and stages for the next run. */
  save(): void;
}

/** The project that a command line means: found without reading it. */
export interface Project {
  /** Absolute path of the pipeline file, and how messages call it. */
  readonly file: string;
  readonly shown: string;
  readonly root: string;
  readonly cache: string;
}

/** Without `-f` the pipeline file is looked for here and in the folders above. */
export function findProject(options: CommonOptions): Project {
  const file = options.file === undefined ? findUpwards('pipeline.yaml') : resolve(options.file);
  const root = dirname(file);
  const shown = relative(process.cwd(), file) || file;
  return { file, shown, root, cache: options.cache === undefined ? join(root, 'cache') : resolve(options.cache) };
}

/** Reads, resolves and checks the pipeline. Nothing is run but the stage modules' own declarations. */
export async function openSession(options: CommonOptions, signal: AbortSignal): Promise<Result<Session>> {
  const project = findProject(options);
  const declared = readPipeline(project.file, project.shown);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, project.root, options);
  if (!resolved.ok) return resolved;

  const index = join(project.cache, 'index');
  const files = await FileDigests.open(join(index, 'files.json'));
  const codes = new StageCodes(index, project.root, files);
  const installation = { ...options.engine, root: project.root, codes };
  const read = await readCodes(resolved.value, codes);
  const interfaces = await readInterfaces(read.codes, installation, signal);
  const faults = [...read.problems, ...interfaces.problems];
  const plan = planPipeline(resolved.value, (stage) => interfaces.found.get(stage.module.path), faults);
  if (!plan.ok) return plan;
  const cores = availableParallelism();
  return success({
    resolved: resolved.value,
    services: {
      plan: plan.value,
      installation,
      cache: new LocalCache(project.cache, files),
      files,
      codes: read.codes,
      resources: new ResourcePool({
        jobs: options.jobs ?? cores,
        cpu: cores,
        gpu: hasGpu(process.env) ? 1 : 0,
      }),
      environment: process.env,
    },
    save: () => {
      files.save();
      codes.save();
    },
  });
}

/** The inputs from outside that are not there, of the stages that `wanted` names. */
export function missingInputs(resolved: ResolvedPipeline, wanted: ReadonlySet<string>): Problem[] {
  return resolved.stages
    .filter((stage) => wanted.has(stage.name))
    .flatMap((stage) =>
      [...stage.inputs].flatMap(([name, input]): Problem[] =>
        input.kind === 'artifact' || existsSync(input.path)
          ? []
          : [
              {
                message: `input «${name}» of stage «${stage.name}» is not there: ${input.written}`,
                at: stage.places.input(name, 'value'),
                advice: `Put it at ${input.path}, or name another place here or by --set.`,
              },
            ],
      ),
    );
}

async function readCodes(
  resolved: ResolvedPipeline,
  known: StageCodes,
): Promise<{ codes: ReadonlyMap<string, StageCode>; problems: readonly Problem[] }> {
  const codes = new Map<string, StageCode>();
  const problems: Problem[] = [];
  const stages = new Map(resolved.stages.map((stage) => [stage.module.path, stage])).values();
  for (const { stage, code } of await Promise.all(
    [...stages].map(async (stage) => ({ stage, code: await known.of(stage.module.path) })),
  )) {
    if (code.ok) codes.set(stage.module.path, code.value);
    else problems.push(...code.failure.map((problem) => placed(problem, stage)));
  }
  return { codes, problems };
}

/** A module that isn't there is a fault of the line that names it. */
function placed(problem: Problem, { module, places }: ResolvedStage): Problem {
  if (existsSync(module.path)) return problem;
  return { ...problem, message: `there is no module ${module.written}`, at: places.module() };
}

async function readInterfaces(
  codes: ReadonlyMap<string, StageCode>,
  installation: Installation,
  signal: AbortSignal,
): Promise<{ found: ReadonlyMap<string, StageInterface>; problems: readonly Problem[] }> {
  const found = new Map<string, StageInterface>();
  const unknown = new Map<string, StageCode>();
  for (const [path, code] of codes) {
    if (code.interface === undefined) unknown.set(path, code);
    else found.set(path, code.interface);
  }
  const described = await describeStages(unknown, installation, signal);
  for (const [path, declared] of described.interfaces) {
    installation.codes.describe(path, declared);
    found.set(path, declared);
  }
  return { found, problems: described.problems };
}

function findUpwards(name: string): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return resolve(name);
  }
}
