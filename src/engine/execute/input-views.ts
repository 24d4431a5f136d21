import { mkdirSync, readdirSync, realpathSync, rmSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isAbort } from '../../shared/abort.ts';
import { isDirectory } from '../../shared/files.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';
import { quietly } from '../cache/local/quietly.ts';
import { type ContentStore, whileLinking } from '../cache/stores.ts';
import type { TreeFile } from '../fingerprint/file-list.ts';
import { isOpen } from '../fingerprint/tree.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { FailureReason } from './failure.ts';
import { isReadable, linkOrCopy, type WhileLinking } from './link-or-copy.ts';
import type { FoundInput } from './request-inputs.ts';
import { changedProblem } from './unchanged-inputs.ts';

/** Files that a stage reads, presented at another path. */
interface View {
  readonly input: FoundInput;
  /** Absolute. */
  readonly to: string;
  /** The names of the files in each folder, by its path relative to the view, parents first; absent for one file. */
  readonly folders: Folders | undefined;
}

type Folders = ReadonlyMap<string, readonly string[]>;

interface ViewServices {
  readonly paths: Trees;
  readonly contents: ContentStore;
  readonly log: (message: string) => void;
  /** Returns who watches the work on an input. */
  readonly watch: (input: string) => Watch;
  readonly signal: AbortSignal;
}

/** How long files are linked before other work gets its turn, and before the user is told, in milliseconds. */
const TURN_MILLISECONDS = 15;
const SILENT_MILLISECONDS = 1000;

/**
 * Presents inputs to a stage as regular files and folders: an artifact under the file name of the output, and of a
 * filtered folder only the files that count in the action key. The files are hard links. Symbolic links would cost less,
 * but what copies them (`cpSync`, `cp -r`) would make a link into the cache and later write through it, what lists a
 * folder (`isFile()` of an entry, `find`) would not see files, and `realpath` leads to files that are not inputs. A file
 * of which no hard link can be made (on another disk, of another user) is copied.
 */
export class InputViews {
  readonly #directory: string;
  readonly #services: ViewServices;
  readonly #views: View[] = [];
  #turn = 0;
  #start = 0;

  /** @param directory for the views, absolute. Whatever is in it is deleted. */
  constructor(directory: string, services: ViewServices) {
    this.#directory = directory;
    this.#services = services;
  }

  /** Returns the inputs with the paths that the stage gets. */
  async make(
    stage: string,
    found: readonly FoundInput[],
  ): Promise<Result<readonly FoundInput[], FailureReason | 'cancelled'>> {
    rmSync(this.#directory, { recursive: true, force: true });
    this.#turn = this.#start = performance.now();
    const handed: FoundInput[] = [];
    for (const input of found) {
      const view = await this.#viewOf(stage, input);
      if (!view.ok) return view;
      if (view.value === undefined) handed.push(input);
      else {
        this.#views.push(view.value);
        const made = await this.#fill(view.value);
        if (!made.ok) return made;
        handed.push({ ...input, handed: view.value.to });
      }
    }
    return success(handed);
  }

  /** Deletes the views. Follows no links, whatever the stage has made of the folders. */
  async remove(): Promise<void> {
    for (const { input, to, folders } of this.#views) {
      const keep = this.#keeperOf(input);
      for (const [folder, names] of folders ?? [['', ['']] as const]) {
        if (!this.#isOwn(folders === undefined ? dirname(to) : join(to, folder))) continue;
        for (const name of names) {
          quietly(() => keep(join(input.path, folder, name), () => quietly(() => unlinkSync(join(to, folder, name)))));
          await this.#letOthersWork();
        }
      }
    }
    quietly(() => rmSync(this.#directory, { recursive: true, force: true }));
    try {
      for (const { input } of this.#views) await this.#lookUp(input);
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    this.#views.length = 0;
  }

  async #viewOf(stage: string, input: FoundInput): Promise<Result<View | undefined, FailureReason>> {
    const { from, path, place } = input;
    if (from.kind === 'artifact') {
      const to = join(this.#directory, place, from.file);
      // An artifact that is gone counts as a file, which then cannot be read.
      return success({ input, to, folders: isDirectory(path) ? foldersBelow(path) : undefined });
    }
    if (isOpen(from.filter)) return success(undefined);
    const { paths, watch } = this.#services;
    const tree = await paths.list(path, { filter: from.filter, watch: watch(input.input) });
    if (!tree.ok || tree.value.digest !== from.digest)
      return failure({ kind: 'bad-input', problems: [changedProblem(stage, input.input, path)] });
    // A filter means nothing for a single file.
    if (tree.value.kind === 'file') return success(undefined);
    return success({ input, to: join(this.#directory, place, basename(path)), folders: foldersOf(tree.value.files) });
  }

  async #fill({ input, to, folders }: View): Promise<Result<void, FailureReason | 'cancelled'>> {
    const keep = this.#keeperOf(input);
    mkdirSync(dirname(to), { recursive: true });
    for (const [folder, names] of folders ?? [['', ['']] as const]) {
      if (folders !== undefined) mkdirSync(join(to, folder));
      for (const name of names) {
        const added = await this.#add(join(input.path, folder, name), join(to, folder, name), input.input, keep);
        if (!added.ok) return added;
      }
    }
    return success(undefined);
  }

  async #add(
    from: string,
    to: string,
    input: string,
    keep: WhileLinking,
  ): Promise<Result<void, FailureReason | 'cancelled'>> {
    const { signal } = this.#services;
    await this.#letOthersWork();
    if (signal.aborted) return failure('cancelled');
    this.#tellOnce(input);
    try {
      await linkOrCopy(from, to, keep, signal);
    } catch (error) {
      if (signal.aborted) return failure('cancelled');
      // What is wrong with the disk of the cache is the caller's to report.
      if (isReadable(from)) throw error;
      const message = `cannot read a file of input "${input}": ${reasonOf(error)}`;
      const advice = 'Make it readable (chmod +r), or exclude it, and run again.';
      return failure({ kind: 'bad-input', problems: [{ message, at: { file: from }, advice }] });
    }
    return success(undefined);
  }

  /** Looked up as they now are, inputs are known to the next run without a look at each file. */
  async #lookUp({ input, from, path }: FoundInput): Promise<void> {
    const { contents, paths, watch } = this.#services;
    if (from.kind === 'artifact') await contents.has(from.digest, watch(input));
    else await paths.of(path, { filter: from.filter, watch: watch(input) });
  }

  #keeperOf({ from }: FoundInput): WhileLinking {
    const { contents, paths } = this.#services;
    if (from.kind === 'artifact') return (path, change) => whileLinking(contents, path, change);
    return (path, change) => paths.whileLinking(path, change);
  }

  /** Returns whether a folder is one of these views, rather than a link that the stage has put in its place. */
  #isOwn(folder: string): boolean {
    try {
      const real = join(realpathSync(dirname(this.#directory)), basename(this.#directory));
      return realpathSync(folder) === join(real, relative(this.#directory, folder));
    } catch {
      return false;
    }
  }

  #tellOnce(input: string): void {
    if (performance.now() - this.#start < SILENT_MILLISECONDS) return;
    this.#start = Number.POSITIVE_INFINITY;
    this.#services.log(`links or copies the files of input "${input}"`);
  }

  async #letOthersWork(): Promise<void> {
    if (performance.now() - this.#turn < TURN_MILLISECONDS) return;
    await setImmediate();
    this.#turn = performance.now();
  }
}

function foldersOf(files: Iterable<Pick<TreeFile, 'path'>>): Folders {
  const folders = new Map<string, string[]>();
  const folder = (path: string): string[] => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    if (path !== '') folder(parentOf(path));
    const names: string[] = [];
    folders.set(path, names);
    return names;
  };
  folder('');
  for (const { path } of files) folder(parentOf(path)).push(path.slice(path.lastIndexOf('/') + 1));
  return folders;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Lists the folders of an artifact, which has no links in it. */
function foldersBelow(root: string): Folders {
  const folders = new Map<string, string[]>();
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    folders.set(
      folder,
      entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name),
    );
    for (const entry of entries) if (entry.isDirectory()) visit(join(folder, entry.name));
  };
  visit('');
  return folders;
}
