import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { updateAtomically } from '../../shared/atomic-write.ts';
import { beginsWith, namesIn } from '../../shared/files.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import type { MachineClass } from '../cache/records.ts';
import { type ReadDocument, type Runtime, readDocument } from '../fingerprint/action-key.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from '../fingerprint/digest.ts';
import type { Json, JsonObject } from '../plan/declaration.ts';
import type { CompletedStage, RunResult } from './events.ts';

/**
 * Returns the name of the lockfile beside a pipeline file: `pipeline.lock` for `pipeline.yaml`. Each profile has one of
 * its own: `pipeline.PROFILE.lock`.
 *
 * @param file the name of the pipeline file. With another ending or more dots, such as `a.b.yaml`, the whole name is
 *   used, so that no two files and no profile share a lockfile.
 */
export function lockfileName(file: string, profile: string | undefined): string {
  const stem = /^([^.]+)\.yaml$/.exec(file)?.[1] ?? file;
  return profile === undefined ? `${stem}.lock` : `${stem}.${encodeURIComponent(profile)}.lock`;
}

/** Returns the names of the lockfiles in a folder: of all pipeline files, and of all profiles. */
export function lockfilesIn(folder: string): string[] {
  const locks = namesIn(folder).filter((name) => name.endsWith('.lock'));
  // One that has lost its head in a merge conflict is still a lockfile.
  const files = ['pipeline.yaml', ...namesIn(folder).filter((name) => /\.ya?ml$/.test(name))];
  const expected = new Set(files.map((file) => lockfileName(file, undefined)));
  return locks.filter(
    (name) => expected.has(name) || name.startsWith('pipeline.') || beginsWith(join(folder, name), MARK),
  );
}

/** The parts of a key in the lockfile, to explain what changed even if the cache is empty. */
export interface LockedParts {
  readonly code: Digest;
  /** The digest of all packages; absent if there are none. */
  readonly packages?: Digest;
  readonly params: JsonObject;
  readonly inputs: Readonly<Record<string, Digest>>;
  /** Digests of the values; null for a variable that is not set. */
  readonly env: Readonly<Record<string, Digest | null>>;
  readonly runtime: Runtime;
}

/** The entry of a stage in the lockfile. */
export interface LockedStage {
  readonly key: ActionKey;
  readonly outputs: Readonly<Record<string, Digest>>;
  /** Absent in a lockfile of an earlier version. */
  readonly parts?: LockedParts;
  /** The class of the machine that computed the outputs, if their last digits depend on that. */
  readonly machine?: MachineClass;
}

/** The entries by stage name. */
export type Lockfile = ReadonlyMap<string, LockedStage>;

/** The key of the class of the machine in an entry. */
const MACHINE = 'machine';
/** How every lockfile begins, so that those of other programs are not taken for one. */
const MARK = '# Written by pipeline ';
const HEAD = `${MARK}after each complete, successful run: the action keys and output digests. Commit it.
# After a merge conflict take either side and run the pipeline.
`;

/** Returns whether the lockfile has exactly the results of a complete, successful run. */
export function isUpToDate(path: string, result: Pick<RunResult, 'stages'>): boolean {
  return describes(read(path), result);
}

/** Writes the keys and digests of a complete, successful run, sorted, one a line. */
export function writeLockfile(path: string, result: Pick<RunResult, 'stages'>): Result<void> {
  try {
    updateAtomically(path, lockfileText(result));
    return success(undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const advice =
      code === 'EISDIR'
        ? 'It is a folder: move it away, then run again. Finished stages do not rerun.'
        : 'Free some disk space or make the folder writable, then run again. Finished stages do not rerun.';
    return problem(`cannot write the lockfile: ${code}`, { at: { file: path }, advice });
  }
}

export function lockfileText(result: Pick<RunResult, 'stages'>): string {
  const lines = completedIn(result).flatMap((stage) => [
    `${scalar(stage.name)}:`,
    ...resultLines(stage.key, stage.outputs),
    ...Object.entries(lockedParts(readDocument(stage.document))).flatMap(([part, value]) =>
      isEmpty(value) ? [] : entry(part, value, '  '),
    ),
    ...(stage.machine === undefined ? [] : entry(MACHINE, stage.machine, '  ')),
  ]);
  return `${HEAD}${lines.join('\n')}\n`;
}

/** Returns whether a lockfile has exactly these results. Compares no parts, since equal keys have equal parts. */
function describes(text: string, result: Pick<RunResult, 'stages'>): boolean {
  const stages = completedIn(result);
  let at = 0;
  for (const { name, key, outputs, machine } of stages) {
    at = text.indexOf(`\n${scalar(name)}:${lockedText(key, outputs)}`, at);
    if (at === -1) return false;
    // Equal outputs of another class of machine are no reason to write it again.
    if (machine !== undefined && !entryAt(text, at).includes(`\n  ${MACHINE}:\n`)) return false;
  }
  return text.startsWith(HEAD) && text.match(/^[^\s#]/gm)?.length === stages.length;
}

/** Returns the entry of a stage that begins after the line break at `start`. */
function entryAt(text: string, start: number): string {
  const length = text.slice(start + 1).search(/\n\S/);
  return length === -1 ? text.slice(start) : text.slice(start, start + 1 + length);
}

/** The names of the stages whose entries in a lockfile differ from the results of a run. */
export interface LockChanges {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Returns what `writeLockfile` would change; `none` if there is no lockfile, `unreadable` if it is no text that
 * `writeLockfile` has written. Parses no YAML, which would take longer than the run of a small stage.
 */
export function compareLockfile(path: string, result: Pick<RunResult, 'stages'>): LockChanges | 'none' | 'unreadable' {
  const text = read(path);
  if (text === '') return existsSync(path) ? 'unreadable' : 'none';
  const entries = [...text.matchAll(/^(\S.*):$/gm)].map(([, name = '']) => name);
  if (!text.startsWith(HEAD) || text.match(/^[^\s#]/gm)?.length !== entries.length) return 'unreadable';
  const before = new Set(entries);
  const stages = completedIn(result);
  const now = new Set(stages.map(({ name }) => scalar(name)));
  return {
    changed: stages
      .filter(({ name, key, outputs }) => {
        const entry = `${scalar(name)}:${lockedText(key, outputs)}`;
        return before.has(scalar(name)) && !text.includes(`\n${entry}`);
      })
      .map(({ name }) => name),
    added: stages.map(({ name }) => name).filter((name) => !before.has(scalar(name))),
    removed: entries.filter((entry) => !now.has(entry)),
  };
}

function completedIn({ stages }: Pick<RunResult, 'stages'>): CompletedStage[] {
  const completed = stages.filter(({ outcome }) => outcome === 'ran' || outcome === 'cached') as CompletedStage[];
  return completed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns what follows the name of a stage in a lockfile that has exactly this result. */
export function lockedText(key: ActionKey, outputs: CompletedStage['outputs']): string {
  // Every stage has code, except in a lockfile of an earlier version.
  return `\n${resultLines(key, outputs).join('\n')}\n  code: `;
}

function resultLines(key: ActionKey, outputs: CompletedStage['outputs']): string[] {
  return [`  key: ${scalar(key)}`, ...entry('outputs', outputs, '  ')];
}

export function lockedParts({ code, packages, params, inputs, env, runtime }: ReadDocument): LockedParts {
  return {
    code,
    ...(!isEmpty(packages) && { packages: sha256(canonicalJson(packages)) }),
    params,
    inputs,
    env,
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
  const text = readText(path, 'lockfile', 'follow');
  return text.ok ? text.value : '';
}
