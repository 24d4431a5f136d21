import type { Dataset, File, Group } from 'h5wasm/node';
import { readAt } from '../../shared/files.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { withFile } from '../../shared/read-file.ts';
import { fixClock } from '../fixed-clock.ts';

const DOWNLOAD_AGAIN = 'Copy or download it again.';

/** A dataset in an HDF5 file. */
export interface Hdf5Array {
  /** Its path in the file. */
  readonly path: string;
  readonly shape: readonly number[];
}

/** An HDF5 file opened for reading. A dataset is loaded into memory only when it is read. */
export class Hdf5File {
  readonly #file: File;
  readonly #path: string;
  readonly #module: typeof import('h5wasm/node');
  readonly #datasets = new Map<string, Dataset>();

  private constructor(module: typeof import('h5wasm/node'), path: string) {
    this.#module = module;
    this.#path = path;
    this.#file = new module.File(path, 'r');
  }

  /** Opens a file; a problem if it is not a valid HDF5 file. */
  static async open(path: string): Promise<Result<Hdf5File>> {
    const module = await loadHdf5();
    return attempt(path, () => new Hdf5File(module, path));
  }

  /** Runs a function that reads the file, and returns a problem if the file is corrupted. */
  attempt<Value>(read: () => Value): Result<Value> {
    return attempt(this.#path, read);
  }

  /** Returns the names of a group's members; none if there is no such group. */
  names(path: string): readonly string[] {
    return this.#group(path)?.keys() ?? [];
  }

  /** Returns a group's string attribute as a list; undefined if there is no attribute of that name. */
  strings(path: string, attribute: string): readonly string[] | undefined {
    const found = this.#group(path)?.attrs[attribute];
    if (found === undefined) return undefined;
    // An empty attribute has no type that h5wasm could read.
    if (found.shape?.includes(0)) return [];
    const value = found.json_value;
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** Returns the attributes of a group or dataset by name, each value as JSON. */
  attributes(path: string): Readonly<Record<string, string>> {
    const { attrs = {} } = this.#group(path) ?? this.#dataset(path) ?? {};
    return Object.fromEntries(
      Object.entries(attrs).map(([name, value]) => [
        name,
        // An empty attribute has no type that h5wasm could read.
        value.shape?.includes(0) ? '[]' : JSON.stringify(value.json_value),
      ]),
    );
  }

  /** Returns the path and shape of a dataset without reading it; undefined if there is none. */
  array(path: string): Hdf5Array | undefined {
    const found = this.#dataset(path);
    return found === undefined ? undefined : { path, shape: found.shape ?? [] };
  }

  /** Reads a dataset of float32 or float64 values as float32; a problem if it has another type. */
  read({ path }: Hdf5Array): Result<Float32Array> {
    const value = this.attempt(() => this.#dataset(path)?.value);
    if (!value.ok) return value;
    if (value.value instanceof Float32Array) return success(value.value);
    if (value.value instanceof Float64Array) return success(Float32Array.from(value.value));
    if (typeof value.value === 'number') return success(Float32Array.of(value.value));
    return problem(`the dataset "${path}" does not have the type float32`, {
      at: { file: this.#path },
      advice: 'Save the model with float32 weights.',
    });
  }

  /** Reads a dataset of any type as text. */
  text({ path }: Hdf5Array): string {
    return JSON.stringify(this.#dataset(path)?.json_value);
  }

  close(): void {
    this.#file.close();
  }

  #group(path: string): Group | undefined {
    const found = this.#file.get(path);
    return found instanceof this.#module.Group ? found : undefined;
  }

  /** Returns a dataset of this file. External links are not followed. */
  #dataset(path: string): Dataset | undefined {
    const known = this.#datasets.get(path);
    if (known !== undefined) return known;
    const found = this.#file.get(path);
    if (!(found instanceof this.#module.Dataset)) return undefined;
    this.#datasets.set(path, found);
    return found;
  }
}

/** An HDF5 file opened for writing. The output is deterministic. */
export class Hdf5Writer {
  readonly #file: File;

  private constructor(file: File) {
    this.#file = file;
  }

  /**
   * Writes a file.
   *
   * @throws the error of the file system if writing fails.
   */
  static async write(path: string, content: (file: Hdf5Writer) => void): Promise<void> {
    const { File } = await loadHdf5();
    withFixedClock(() => {
      // The oldest file format that suffices, for compatibility with every h5py.
      const file = new File(path, 'w', { libver: ['earliest', 'v108'] });
      try {
        content(new Hdf5Writer(file));
      } finally {
        file.close();
      }
    });
  }

  /** Creates a group; its parent must exist. */
  group(path: string): void {
    this.#file.create_group(path);
  }

  /** Writes a string attribute of any length. */
  text(path: string, attribute: string, value: string): void {
    this.#at(path).create_attribute(attribute, value, [], 'S');
  }

  /**
   * Writes an attribute that is a list of fixed-length strings, 64 KB in total at most.
   *
   * @param bytes the length of each string, in bytes.
   */
  strings(path: string, attribute: string, values: readonly string[], bytes: number): void {
    this.#at(path).create_attribute(attribute, [...values], [values.length], `S${bytes}`);
  }

  /** Writes a float32 dataset. */
  floats(path: string, data: Float32Array, shape: readonly number[]): void {
    this.#file.create_dataset({ name: path, data, shape: [...shape], dtype: '<f' });
  }

  /** Writes a uint32 or int64 dataset. */
  integers(path: string, data: Uint32Array | BigInt64Array, shape: readonly number[]): void {
    this.#file.create_dataset({ name: path, data, shape: [...shape] });
  }

  #at(path: string): Group {
    return this.#file.get(path) as Group;
  }
}

/** Detects HDF5 files, zip archives and JSON by their first bytes; a problem if the file cannot be read. */
export function kindOfFile(path: string): Result<'hdf5' | 'zip' | 'json' | 'other'> {
  const head = withFile(path, 'weights', (file) => readAt(file, 0, 8), 'follow');
  if (!head.ok) return problem(`cannot read the weights: ${head.failure.reason}`, { at: { file: path } });
  const start = Buffer.from(head.value);
  if (start.equals(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))) return success('hdf5');
  if (start.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return success('zip');
  return success(start.toString('latin1').trimStart().startsWith('{') ? 'json' : 'other');
}

let loading: Promise<typeof import('h5wasm/node')> | undefined;

/** Loads the package at the first call, during which the clock stands still. */
function loadHdf5(): Promise<typeof import('h5wasm/node')> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof import('h5wasm/node')> {
  // The file system that it makes in memory has times.
  const release = fixClock();
  try {
    const module = await import('h5wasm/node');
    const { activate_throwing_error_handler } = await module.ready;
    // Without this, h5wasm prints errors and continues.
    activate_throwing_error_handler();
    return module;
  } finally {
    release();
  }
}

function attempt<Value>(path: string, read: () => Value): Result<Value> {
  try {
    return success(read());
  } catch (error) {
    return problem(describeHdf5Error(error), { at: { file: path }, advice: DOWNLOAD_AGAIN });
  }
}

/** Returns the last line of HDF5's error stack, which is the cause. */
function describeHdf5Error(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const [, found, expected] = /truncated file: eof = (\d+), .*stored_eof = (\d+)/.exec(said) ?? [];
  if (found !== undefined) return `the file is incomplete: it has ${found} bytes, expected ${expected}`;
  const cause = [...said.matchAll(/line \d+ in \w+\(\): (.*)/g)].at(-1)?.[1];
  return `the file is corrupted: ${cause ?? said.trim()}`;
}

/** Runs `write` with a fixed clock: HDF5 stores a timestamp with every dataset. */
function withFixedClock(write: () => void): void {
  const release = fixClock();
  try {
    write();
  } finally {
    release();
  }
}
