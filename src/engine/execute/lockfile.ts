import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { problem, type Result, success } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import { type ReadDocument, type Runtime, readDocument } from '../fingerprint/action-key.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from '../fingerprint/digest.ts';
import type { Json, JsonObject } from '../plan/declaration.ts';
import type { CompletedStage, RunResult } from './events.ts';

/** Matches the names of all lockfiles beside a pipeline file. */
export const LOCKFILES = /^pipeline(\..+)?\.lock$/;

/** The name of the lockfile beside the pipeline file. Each profile has one of its own: `pipeline.PROFILE.lock`. */
export function lockfileName(profile: string | undefined): string {
  return profile === undefined ? 'pipeline.lock' : `pipeline.${encodeURIComponent(profile)}.lock`;
}

/** The parts of a key in the lockfile, to explain what changed even if the cache is empty. */
export interface LockedParts {
  readonly code: Digest;
  /** The digest of all packages; absent if there are none. */
  readonly packages?: Digest;
  readonly params: JsonObject;
  readonly inputs: Readonly<Record<string, Digest>>;
  /** Digests of the values, since the file is committed and a value may be secret; null for a variable not set. */
  readonly env: Readonly<Record<string, Digest | null>>;
  readonly runtime: Runtime;
}

/** The entry of a stage in the lockfile. */
export interface LockedStage {
  readonly key: ActionKey;
  readonly outputs: Readonly<Record<string, Digest>>;
  /** Absent in a lockfile of an earlier version. */
  readonly parts?: LockedParts;
}

/** The entries by stage name. */
export type Lockfile = ReadonlyMap<string, LockedStage>;

const HEAD = `# Written by pipeline after each complete, successful run: the action keys and output digests. Commit it.
# After a merge conflict take either side and run the pipeline.
`;

/** Writes the keys and digests of a complete, successful run, sorted, one a line. Leaves an up-to-date file alone. */
export function writeLockfile(path: string, result: RunResult): Result<void> {
  if (describes(read(path), result)) return success(undefined);
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, lockfileText(result));
    renameSync(temporary, path);
    return success(undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    rmSync(temporary, { force: true });
    return problem(`cannot write the lockfile: ${code}`, {
      at: { file: path },
      advice: 'Free some disk space or make the folder writable, then run again. Finished stages do not rerun.',
    });
  }
}

export function lockfileText(result: RunResult): string {
  const lines = completedIn(result).flatMap((stage) => [
    ...resultLines(stage),
    ...Object.entries(lockedParts(readDocument(stage.document))).flatMap(([part, value]) =>
      isEmpty(value) ? [] : entry(part, value, '  '),
    ),
  ]);
  return `${HEAD}${lines.join('\n')}\n`;
}

/** Returns whether a lockfile has exactly these results. Compares no parts, since equal keys have equal parts. */
function describes(text: string, result: RunResult): boolean {
  const stages = completedIn(result);
  let at = 0;
  for (const stage of stages) {
    // Every stage has code, except in a lockfile of an earlier version.
    at = text.indexOf(`\n${resultLines(stage).join('\n')}\n  code: `, at);
    if (at === -1) return false;
  }
  return text.startsWith(HEAD) && text.match(/^[^\s#]/gm)?.length === stages.length;
}

function completedIn({ stages }: RunResult): CompletedStage[] {
  const completed = stages.filter(({ outcome }) => outcome === 'ran' || outcome === 'cached') as CompletedStage[];
  return completed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resultLines({ name, key, outputs }: CompletedStage): string[] {
  return [`${scalar(name)}:`, `  key: ${scalar(key)}`, ...entry('outputs', outputs, '  ')];
}

export function lockedParts({ code, packages, params, inputs, env, runtime }: ReadDocument): LockedParts {
  return {
    code,
    ...(!isEmpty(packages) && { packages: sha256(canonicalJson(packages)) }),
    params,
    inputs,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value === null ? null : sha256(value)])),
    runtime,
  };
}

function isEmpty(value: object | string): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Formats one value a line, with sorted maps, so that concurrent changes merge unless they touch the same value. */
function entry(name: string, value: Json | object, indent: string): string[] {
  const start = `${indent}${scalar(name)}:`;
  if (typeof value === 'string') return [`${start} ${scalar(value)}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isEmpty(value))
    return [`${start} ${JSON.stringify(value)}`];
  const entries = Object.entries(value as Record<string, Json>).sort(([a], [b]) => (a < b ? -1 : 1));
  return [start, ...entries.flatMap(([key, item]) => entry(key, item, `${indent}  `))];
}

/** Formats a string as YAML: quoted as in JSON, unless every YAML parser reads it as a string without quotes. */
function scalar(text: string): string {
  const plain =
    /^\w[\w@=,./-]*$/.test(text) &&
    !/^[\d.eE_+-]+$/.test(text) &&
    !/^(0[xob].*|true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function read(path: string): string {
  const text = readText(path, 'lockfile');
  return text.ok ? text.value : '';
}
