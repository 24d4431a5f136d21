import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';
import { distinct, type Problem, type Result, success } from '../../shared/problem.ts';
import { downloadsIn } from '../cache/housekeeping/downloads.ts';
import { openCacheFolder } from '../cache/local/cache-folder.ts';
import { UseMarker } from '../cache/local/use-marker.ts';
import type { Stores } from '../cache/stores.ts';
import type { FrozenPlanning } from '../execute/cluster/frozen-texts.ts';
import { hasGpu } from '../execute/gpus.ts';
import type { Planner } from '../execute/planner.ts';
import { ProgramVersions } from '../execute/program-versions.ts';
import type { Services } from '../execute/services.ts';
import { toRuntimeFacts } from '../fingerprint/declared-runtime-facts.ts';
import { FileDigests } from '../fingerprint/file-digests.ts';
import { listingsIn } from '../fingerprint/listings.ts';
import { collectCoveredPackages, collectPackageAdvice } from '../fingerprint/package-advice.ts';
import { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import { SealedTrees } from '../fingerprint/sealed-trees.ts';
import { StageCodes } from '../fingerprint/stage-code.ts';
import { Threads } from '../fingerprint/threads.ts';
import { Trees } from '../fingerprint/trees.ts';
import type { Plan } from '../plan/plan.ts';
import { readPipelineFile } from '../plan/read.ts';
import { sourcesOf } from '../plan/sources.ts';
import { LockedResults } from '../trust/locked-results.ts';
import { memoryOf } from '../trust/memory.ts';
import { VouchedActions } from '../trust/vouched-actions.ts';
import { commandLineFor } from './command-line.ts';
import { localExecutor, openLocalStores } from './compose.ts';
import type { ConnectedRemote, RemoteParts } from './connect-remote.ts';
import { contentReporter } from './content-reporter.ts';
import { KnownPlans } from './known-plans.ts';
import type { CommonOptions } from './options.ts';
import { ownedBy } from './own-runs.ts';
import { type PlanningContext, planWith } from './planning.ts';
import { findProject, lockfilePath, type Project } from './project.ts';
import { remoteAddress } from './remote-address.ts';

/** A validated pipeline with everything that commands need to work on it. */
export interface Session {
  readonly services: Services;
  /** The code of the stages by module. */
  readonly codes: StageCodes;
  readonly remote: ConnectedRemote | undefined;
  /** Saves the indexes of files and stages for the next run. */
  save(): void;
  /** Releases the session. It must not be used afterwards. */
  close(): void;
}

export interface SessionOptions {
  /** Uses nothing that earlier runs found out, not even what this user did: everything is read and checked again. */
  readonly fromScratch?: boolean;
  /** Whether to vouch for the results of others as if this user had computed them. */
  readonly adopt?: boolean;
  /** Whether to download only what takes longer to compute. */
  readonly thrifty?: boolean;
  /** Reads the plan from elsewhere: then neither the pipeline file nor the code of stages is looked at. */
  readonly frozen?: (project: Project) => Result<FrozenPlanning>;
  /** Whether this is a job of a scheduler, to which the visible GPUs belong. */
  readonly isJob?: boolean;
}

/** Reads and validates the pipeline. Reuses what earlier runs found out as far as it is still valid. */
export async function openSession(
  options: CommonOptions & SessionOptions,
  signal: AbortSignal,
): Promise<Result<Session>> {
  const { fromScratch = false } = options;
  const project = findProject(options);
  const written = options.frozen === undefined ? readPipelineFile(project.file, project.shown) : success('');
  if (!written.ok) return written;
  const opened = openCacheFolder(project.cache);
  if (!opened.ok) return opened;
  const frozen = options.frozen?.(project);
  if (frozen?.ok === false) return frozen;
  const memory = fromScratch ? undefined : memoryOf(project);
  const { sources, seals, listings, codes, packageAdvice, builtIn } = knowledgeOf(project, options, memory);
  const installation = { ...options.engine, root: project.root, codes, packageAdvice };

  const context = {
    ...{ project, text: written.value, overlays: options, installation, signal },
    registered: builtIn.map(({ name }) => name),
    known: new KnownPlans(within(memory, 'plans'), options.engine.build),
  };
  const planned = frozen === undefined ? await planWith(new Map(), context) : frozen;
  if (!planned.ok) return planned;
  const { plan } = planned.value;
  const environment = { ...process.env, ...frozen?.value.environment };
  const marker = new UseMarker(project.cache);
  const threads = new Threads(options.engine.hashWorker, signal);
  const paths = new Trees(seals, within(memory, 'files'), threads);
  const isOwn = ownedBy(options, plan.name);
  const { linkable, local, ...onDisk } = openLocalStores(project.cache, paths, { marker, isOwn });
  const runtime = runtimeOf(plan, builtIn, seals);
  const locked = new LockedResults(lockfilePath(options));
  const connected = await connect(plan, { local, runtime, project, locked }, options, signal);
  if (!connected.ok) return connected;
  const remote = connected.value;
  const stores = withRemote(onDisk, remote, locked, options);
  const roots = { project: project.root, cache: project.cache };
  const { engine, jobs } = options;
  const services: Services = {
    plan,
    ...(plan.lists.length > 0 && frozen === undefined && { planner: plannerOf(context) }),
    roots,
    stores,
    vouched: stores.actions,
    executor: localExecutor({
      ...{ engine, roots, stores, linkable, paths, runtime, environment, jobs },
      ownsGpus: options.isJob ?? false,
    }),
    paths,
    threads,
    emit: contentReporter(options),
    listings,
    codes: planned.value.codes,
    texts: frozen === undefined ? codes : frozen.value.textsFor(codes),
    packageAdvice,
    versions: new ProgramVersions(project.root, environment),
    runtime,
    downloads: downloadsIn(project.cache),
    environment,
    commandLine: commandLineFor(options),
  };
  return success({
    // Loaded on demand, since most pipelines need none of it.
    services:
      plan.lists.length === 0 ? services : await (await import('./known-instances.ts')).withKnownInstances(services),
    codes,
    remote,
    save: () => {
      for (const learnt of [sources, paths, seals, codes]) learnt.save();
    },
    close: () => {
      remote?.close();
      marker.release();
      threads.close();
    },
  });
}

/** What is known of files and packages, from earlier runs and from the extensions. */
function knowledgeOf(project: Project, { engine }: CommonOptions, memory: string | undefined) {
  const builtIn = engine.extensions.runtimeFacts;
  const sources = new FileDigests(within(memory, 'sources'));
  const packageAdvice = collectPackageAdvice(builtIn);
  const listings = listingsIn(project.cache);
  const known = { advice: packageAdvice, covered: collectCoveredPackages(builtIn) };
  const codes = new StageCodes(memory, project.root, sources, listings, known);
  return { sources, seals: new SealedTrees(within(memory, 'trees')), listings, codes, packageAdvice, builtIn };
}

function runtimeOf({ runtimeFacts }: Plan, builtIn: readonly RuntimeFacts[], seals: SealedTrees): RuntimeRegistry {
  const declared = runtimeFacts.map((facts) => toRuntimeFacts(facts, seals));
  return new RuntimeRegistry([...builtIn, ...declared], () => hasGpu(process.env));
}

/** Puts the remote cache behind the stores on disk, if there is one, and who is believed before both. */
function withRemote(
  onDisk: Stores,
  remote: ConnectedRemote | undefined,
  locked: LockedResults,
  options: CommonOptions & SessionOptions,
): Stores & { readonly actions: VouchedActions } {
  const { fromScratch = false, adopt = false } = options;
  const actions = new VouchedActions(remote?.store ?? onDisk.actions, {
    ...{ locked, lockDecides: fromScratch, adopt },
    ...(remote && { signed: remote.signed }),
  });
  return { ...onDisk, contents: remote?.store ?? onDisk.contents, actions };
}

async function connect(
  { remote }: Plan,
  {
    local,
    runtime,
    project,
    locked,
  }: Pick<RemoteParts, 'local'> & {
    readonly runtime: RuntimeRegistry;
    readonly project: Project;
    readonly locked: LockedResults;
  },
  options: CommonOptions & SessionOptions,
  signal: AbortSignal,
): Promise<Result<ConnectedRemote | undefined>> {
  const address = remoteAddress(options, remote, project, process.env);
  if (address === undefined) return success(undefined);
  // Loaded on demand, since most pipelines have no remote cache.
  const { connectRemote } = await import('./connect-remote.ts');
  const { upload = false, thrifty = false, fromScratch = false } = options;
  return connectRemote(address, remote, {
    ...{ local, runtime, signal, upload, thrifty, project: project.root, environment: process.env },
    isLocked: (record) => fromScratch && locked.hasExactly(record),
  });
}

function within(directory: string | undefined, name: string): string | undefined {
  return directory && join(directory, name);
}

function plannerOf(context: PlanningContext): Planner {
  return {
    lists: new Map(),
    plan: async (lists) => {
      const planned = await planWith(lists, context);
      return planned.ok ? success(planned.value.plan) : planned;
    },
  };
}

/** Returns a problem for each input path that does not exist, among the stages in `wanted`. */
export function missingInputs(plan: Plan, wanted: ReadonlySet<string>): readonly Problem[] {
  const problems = plan.stages
    .filter((stage) => wanted.has(stage.name) && !stage.isOpen)
    .flatMap((stage) =>
      sourcesOf(stage).flatMap(({ input, from }): Problem[] =>
        from.kind !== 'path' || existsSync(from.path)
          ? []
          : [
              {
                message: `input "${input}" of stage "${stage.declared}" does not exist: ${from.written}`,
                at: from.at,
                advice: `Put the data at ${from.path}, or give another path here or with --set.`,
              },
            ],
      ),
    );
  return distinct(problems);
}
