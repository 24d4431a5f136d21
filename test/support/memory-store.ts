import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ActionRecord, FinishedOutput } from '../../src/engine/cache/records.ts';
import type { ActionStore, ContentStore, RemoteStore } from '../../src/engine/cache/stores.ts';
import type { ActionKey, Digest } from '../../src/engine/fingerprint/digest.ts';
import { digestTree, type Tree } from '../../src/engine/fingerprint/tree.ts';
import { type Result, success } from '../../src/shared/problem.ts';

/** Relative path → bytes; for a single file the path is empty. */
type Content = ReadonlyMap<string, Buffer>;

/** The content that several `MemoryStore`s share. */
export interface Memory {
  readonly records: Map<ActionKey, string>;
  readonly contents: Map<Digest, Content>;
}

export function emptyMemory(): Memory {
  return { records: new Map(), contents: new Map() };
}

/** A store with records and content in memory, so that content has no path before it is materialized. */
export class MemoryStore implements ActionStore, ContentStore, RemoteStore {
  readonly #memory: Memory;
  readonly #directory: string;

  /** @param directory the folder in which content is materialized. */
  constructor(memory: Memory, directory: string) {
    this.#memory = memory;
    this.#directory = directory;
  }

  async lookUp(key: ActionKey): Promise<ActionRecord | undefined> {
    const text = this.#memory.records.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as ActionRecord);
  }

  async commit(record: ActionRecord): Promise<Result<void>> {
    this.#memory.records.set(record.key, JSON.stringify(record));
    return success(undefined);
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#memory.contents.has(digest);
  }

  async materialize(digest: Digest): Promise<string | undefined> {
    const target = join(mkdtempSync(join(this.#directory, 'materialized-')), 'content');
    return (await this.download(digest, target)) ? target : undefined;
  }

  async list(digest: Digest): Promise<Tree | undefined> {
    const path = await this.materialize(digest);
    const tree = path === undefined ? undefined : digestTree(path);
    return tree?.ok ? tree.value : undefined;
  }

  async digest(path: string): Promise<Result<Tree>> {
    return digestTree(path, undefined, 'kept');
  }

  async add({ digest, path }: Pick<FinishedOutput, 'digest' | 'path'>): Promise<Result<void>> {
    const added = await this.upload(digest, path);
    rmSync(path, { recursive: true });
    return added;
  }

  async download(digest: Digest, target: string): Promise<boolean> {
    const content = this.#memory.contents.get(digest);
    if (content === undefined) return false;
    for (const [file, bytes] of content) {
      const path = file === '' ? target : join(target, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes, { mode: 0o444 });
    }
    return true;
  }

  async upload(digest: Digest, path: string): Promise<Result<void>> {
    this.#memory.contents.set(digest, read(path));
    return success(undefined);
  }
}

function read(path: string): Content {
  if (!statSync(path).isDirectory()) return new Map([['', readFileSync(path)]]);
  const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [file.slice(path.length + 1), readFileSync(file)]));
}
