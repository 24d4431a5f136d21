import { basename } from 'node:path';
import type { Json } from '../../../shared/json.ts';
import { isObject, isString } from '../../../shared/shapes.ts';
import { canonicalJson, type Digest, isDigest, sha256 } from '../../fingerprint/digest.ts';
import type { BundleText, StageCode } from '../../fingerprint/stage-code.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import { planFromJson, planToJson } from '../../plan/plan-json.ts';
import { sourcesOf } from '../../plan/sources.ts';
import { fromRooted, type RootedPath, type Roots, toRooted } from '../roots.ts';

/** The code of a module with its text. */
export interface FrozenCode {
  readonly code: StageCode;
  readonly text: BundleText;
}

/** Everything that a job needs to know of a pipeline, as it was when the job was submitted. Later edits do not matter. */
export interface FrozenPlan {
  readonly plan: Plan;
  /** By the absolute path of the module. */
  readonly codes: ReadonlyMap<string, FrozenCode>;
  /** Stages that run even if they are cached. */
  readonly forced: ReadonlySet<string>;
  /** The declared variables that are set. Not those that are secret. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The text of a frozen plan, and the digest by which jobs name it. */
export interface FrozenText {
  readonly digest: Digest;
  readonly text: string;
}

const SCHEME = 'frozen-1';

/**
 * Returns the text of a frozen plan. It does not depend on where the project lies or from which folder the command was
 * called, so that whoever submits the same plan again finds its jobs.
 *
 * @param shown the path of the pipeline file in messages, which depends on the current folder.
 * @param build identifies the build of the engine.
 */
export function freeze(frozen: FrozenPlan, roots: Roots, shown: string, build: string): FrozenText {
  const rooted = (path: string): string => JSON.stringify(toRooted(path, roots));
  const { plan, codes, forced, environment } = frozen;
  const text = canonicalJson({
    ...{ scheme: SCHEME, build, environment, forced: [...forced].sort() },
    plan: withShown(planToJson(withPaths(plan, rooted)), shown, basename(shown)),
    codes: [...codes].map(([module, { code, text: bundle }]) => [
      rooted(module),
      { text: bundle, code: withCodePaths(code, rooted) },
    ]),
  } as unknown as Json);
  return { digest: sha256(text), text };
}

/** Restores a plan from its text; returns nothing if the text is not the one with this digest. */
export function thaw(text: string, digest: string, roots: Roots): FrozenPlan | undefined {
  if (!isDigest(digest) || sha256(text) !== digest) return undefined;
  const read = JSON.parse(text) as {
    readonly scheme: string;
    readonly plan: Json;
    readonly codes: readonly [string, FrozenCode][];
    readonly forced: readonly string[];
    readonly environment: FrozenPlan['environment'];
  };
  if (read.scheme !== SCHEME) return undefined;
  const absolute = (path: string): string => fromRooted(parseRooted(path), roots);
  const codes = read.codes.map(([module, { code, text: bundle }]): [string, FrozenCode] => [
    absolute(module),
    { text: bundle, code: withCodePaths(code, absolute) },
  ]);
  return {
    plan: withPaths(planFromJson(read.plan), absolute),
    codes: new Map(codes),
    forced: new Set(read.forced),
    environment: read.environment,
  };
}

function parseRooted(text: string): RootedPath {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !isString(value['path'])) throw new Error(`a frozen plan has no path ${text}`);
  return value as unknown as RootedPath;
}

/** Changes every path in a plan that the machine decides. */
function withPaths(plan: Plan, change: (path: string) => string): Plan {
  const stages = plan.stages.map((stage): PlannedStage => {
    const copy = structuredClone(stage);
    for (const { from } of sourcesOf(copy)) if (from.kind === 'path') Object.assign(from, { path: change(from.path) });
    return copy.kind === 'module' ? { ...copy, module: { ...copy.module, path: change(copy.module.path) } } : copy;
  });
  return { ...plan, root: change(plan.root), stages };
}

/** What a module declares is in the plan, and not known the first time. */
function withCodePaths(
  { externals, folders, interface: _, ...code }: StageCode,
  change: (path: string) => string,
): StageCode {
  const changed = Object.entries(externals).map(([specifier, path]) => [specifier, change(path)]);
  const moved = Object.entries(folders).map(([id, paths]) => [id, paths.map(change)]);
  return {
    ...code,
    externals: Object.fromEntries(changed) as StageCode['externals'],
    folders: Object.fromEntries(moved) as StageCode['folders'],
  };
}

/** Replaces the path of the pipeline file in the places of a plan. */
function withShown(value: Json, shown: string, replacement: string): Json {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) => (key === 'file' && each === shown ? replacement : each)),
  ) as Json;
}
