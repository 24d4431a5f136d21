import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFor, writeWhole } from '../../../shared/atomic-write.ts';
import { endWorker, holderOf, lock } from '../../../shared/file-lock.ts';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { type ActionKey, type Digest, isDigest } from '../../fingerprint/digest.ts';
import type { FileDigests } from '../../fingerprint/file-digests.ts';
import type { SealedTrees } from '../../fingerprint/sealed-trees.ts';
import { digestTree } from '../../fingerprint/tree.ts';
import type { ActionRecord, Cache, Claim, FinishedOutput, RunRecord } from '../records.ts';
import { cacheProblem } from './cache-problem.ts';
import { fromChecksummed, toChecksummed } from './checksummed.ts';
import type { Uses } from './uses.ts';

/** A cache in a directory on this machine, shared safely by any number of runs. */
export class LocalCache implements Cache {
  readonly #directory: string;
  readonly #files: FileDigests;
  readonly #trees: SealedTrees;
  readonly #uses: Uses | undefined;

  /** `uses` is told what is looked up: a sweep at the same time leaves that. */
  constructor(directory: string, files: FileDigests, trees: SealedTrees, uses?: Uses) {
    this.#directory = directory;
    this.#files = files;
    this.#trees = trees;
    this.#uses = uses;
  }

  find(key: ActionKey): ActionRecord | undefined {
    this.#uses?.tell(key);
    const record = readRecord<ActionRecord>(this.#actionPath(key));
    if (record?.key !== key) return undefined;
    const whole = Object.values(record.outputs).every((output) => this.#locate(output.digest) !== undefined);
    return whole ? record : undefined;
  }

  locate(digest: Digest): string | undefined {
    this.#uses?.tell(digest);
    return this.#locate(digest);
  }

  #locate(digest: Digest): string | undefined {
    const path = this.#objectPath(digest);
    if (!existsSync(path)) return undefined;
    // Known content is told by size, times and inode; whatever else is there is read again before it is used.
    const tree = this.#trees.of(path, this.#files);
    return tree.ok && tree.value.digest === digest ? path : undefined;
  }

  *records(): Iterable<ActionRecord> {
    const actions = join(this.#directory, 'actions');
    for (const prefix of namesIn(actions)) {
      for (const key of digestsIn(actions, prefix, '.json')) {
        const record = readRecord<ActionRecord>(this.#actionPath(key as ActionKey));
        if (record?.key === key) yield record;
      }
    }
  }

  beginningWith(prefix: string): { contents: readonly Digest[]; actions: readonly ActionKey[] } {
    const find = (folder: string, ending: string) =>
      digestsIn(join(this.#directory, folder), prefix.slice(0, 2), ending).filter((name) => name.startsWith(prefix));
    return { contents: find('objects', '') as Digest[], actions: find('actions', '.json') as ActionKey[] };
  }

  keep(record: ActionRecord, outputs: readonly FinishedOutput[]): Result<void> {
    try {
      this.#uses?.tell(record.key, ...outputs.map(({ digest }) => digest));
      for (const output of outputs) this.#takeIn(output);
      writeWhole(this.#actionPath(record.key), toChecksummed(record));
      return success(undefined);
    } catch (error) {
      return cacheProblem(error, this.#directory);
    }
  }

  async claim(
    key: ActionKey,
    waiting: (holder: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Claim, readonly Problem[] | 'cancelled'>> {
    const directory = join(this.#directory, 'work', key);
    const work = join(directory, 'work');
    const scratch = join(directory, 'scratch');
    const worker = join(directory, 'worker.json');
    try {
      const unlock = await lock(`${directory}.lock`, waiting, signal);
      if (unlock === undefined) return failure('cancelled');
      for (const path of [directory, work, scratch])
        if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path);
      await endWorker(worker);
      // What a killed run was making is half-made; what it left in its work directory is there to go on from.
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch, { recursive: true });
      mkdirSync(work, { recursive: true });
      const release = () => {
        attempt(() => {
          const done = readRecord<ActionRecord>(this.#actionPath(key))?.key === key || isEmpty(work);
          rmSync(worker, { force: true });
          rmSync(done ? directory : scratch, { recursive: true, force: true });
        });
        attempt(unlock);
      };
      const worksBy = (pid: number) => attempt(() => writeFileSync(worker, JSON.stringify(holderOf(pid))));
      return success({ work, scratch, worksBy, release });
    } catch (error) {
      return cacheProblem(error, this.#directory);
    }
  }

  lastOf(stage: string): ActionRecord | undefined {
    const key = readJson<{ key: ActionKey }>(this.#lastPath(stage))?.key;
    const record = key === undefined || !isDigest(key) ? undefined : readRecord<ActionRecord>(this.#actionPath(key));
    return record?.key === key ? record : undefined;
  }

  setLast(stage: string, key: ActionKey): void {
    const path = this.#lastPath(stage);
    if (readJson<{ key: ActionKey }>(path)?.key !== key)
      attempt(() => writeWhole(path, `${JSON.stringify({ key })}\n`));
  }

  keepRun(run: RunRecord): void {
    attempt(() => writeWhole(join(this.#directory, 'runs', `${run.run}.json`), toChecksummed(run)));
  }

  runs(): readonly RunRecord[] {
    const directory = join(this.#directory, 'runs');
    if (!existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .flatMap((name) => readRecord<RunRecord>(join(directory, name)) ?? []);
  }

  #takeIn({ path, digest }: FinishedOutput): void {
    const target = this.#objectPath(digest);
    if (this.#locate(digest) !== undefined) {
      this.#files.forget(path);
      rmSync(path, { recursive: true });
      return;
    }
    const tree = digestTree(path, this.#files);
    if (!tree.ok) throw new Error(tree.failure[0]?.message);
    const inside = tree.value.files.map((file) => file.path);
    for (const file of inside) protect(join(path, file));
    mkdirSync(dirname(target), { recursive: true });
    if (!this.#moveIn(path, target, digest)) return;
    for (const file of inside) this.#files.moved(join(path, file), join(target, file));
    this.#trees.seal(target, tree.value);
  }

  /** Whether `path` was needed: another run may have put the same content there in the meantime. */
  #moveIn(path: string, target: string, digest: Digest): boolean {
    try {
      move(path, target);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!IN_THE_WAY.includes(code ?? '')) throw error;
      if (this.#locate(digest) !== undefined) {
        rmSync(path, { recursive: true });
        return false;
      }
      rmSync(target, { recursive: true });
      move(path, target);
    }
    return true;
  }

  #objectPath(digest: Digest): string {
    return join(this.#directory, 'objects', digest.slice(0, 2), digest.slice(2));
  }

  #actionPath(key: ActionKey): string {
    return join(this.#directory, 'actions', key.slice(0, 2), `${key.slice(2)}.json`);
  }

  #lastPath(stage: string): string {
    // The names of a matrix's stages hold its values, which may have slashes.
    return join(this.#directory, 'index', 'last', `${encodeURIComponent(stage)}.json`);
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/** Whether there is nothing to go on from; the stage may have removed it altogether. */
function isEmpty(work: string): boolean {
  return !existsSync(work) || readdirSync(work).length === 0;
}

/** The digests that are kept below `directory` as `PREFIX/REST` and `ending`. */
function digestsIn(directory: string, prefix: string, ending: string): string[] {
  return namesIn(join(directory, prefix))
    .filter((name) => name.endsWith(ending))
    .map((name) => prefix + name.slice(0, name.length - ending.length))
    .filter(isDigest);
}

/** What the file system says when something else is there, of the same kind or another. */
const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR'];

/** Where objects lie on another disk than work, as by a link, a copy beside the target is moved in its place. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const beside = temporaryFor(to);
    try {
      cpSync(from, beside, { recursive: true });
      renameSync(beside, to);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    rmSync(from, { recursive: true });
  }
}

function readRecord<Value extends object>(path: string): Value | undefined {
  try {
    return fromChecksummed<Value>(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function readJson<Value>(path: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch {
    // Absent or damaged: either way it has to be made again.
    return undefined;
  }
}

/** Against writing by mistake. Some network folders have no permissions to change. */
function protect(file: string): void {
  attempt(() => {
    // A link into the cache is protected already, and would be changed by it.
    if ((lstatSync(file).mode & 0o222) !== 0) chmodSync(file, 0o444);
  });
}

/** For what only helps: a cache that can't be written loses it and goes on. */
function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
