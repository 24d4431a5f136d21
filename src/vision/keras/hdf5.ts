import { closeSync, openSync, readSync } from 'node:fs';
import type { Dataset, File, Group } from 'h5wasm/node';
import { problem, type Result, success } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';

const DOWNLOAD_AGAIN = 'Copy or download it again.';

/** An array in an HDF5 file. */
export interface Hdf5Array {
  /** Where it lies in the file. */
  readonly path: string;
  readonly shape: readonly number[];
}

/** An HDF5 file that is open for reading: of its arrays only that which is asked for gets into memory. */
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

  static async open(path: string): Promise<Result<Hdf5File>> {
    const module = await loadHdf5();
    return attempt(path, () => new Hdf5File(module, path));
  }

  /** Runs what reads the file: where the file is damaged, that is told as a problem. */
  attempt<Value>(read: () => Value): Result<Value> {
    return attempt(this.#path, read);
  }

  /** The names of what is in a group; none where there is no such group. */
  names(path: string): readonly string[] {
    return this.#group(path)?.keys() ?? [];
  }

  /** The strings that a group has as an attribute; undefined where it has none of that name. */
  strings(path: string, attribute: string): readonly string[] | undefined {
    const found = this.#group(path)?.attrs[attribute];
    if (found === undefined) return undefined;
    // Of no strings at all there is no type that could be read.
    if (found.shape?.includes(0)) return [];
    const value = found.json_value;
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** What is known of an array without reading it; undefined where there is none. */
  array(path: string): Hdf5Array | undefined {
    const found = this.#dataset(path);
    return found === undefined ? undefined : { path, shape: found.shape ?? [] };
  }

  /** The numbers of an array, as float32; a problem where it holds anything else. */
  read({ path }: Hdf5Array): Result<Float32Array> {
    const value = this.attempt(() => this.#dataset(path)?.value);
    if (!value.ok) return value;
    if (value.value instanceof Float32Array) return success(value.value);
    if (value.value instanceof Float64Array) return success(Float32Array.from(value.value));
    if (typeof value.value === 'number') return success(Float32Array.of(value.value));
    return problem(`«${path}» in the file is no array of float32`, {
      at: { file: this.#path },
      advice: 'Save the model with weights of float32.',
    });
  }

  close(): void {
    this.#file.close();
  }

  #group(path: string): Group | undefined {
    const found = this.#file.get(path);
    return found instanceof this.#module.Group ? found : undefined;
  }

  /** Links into other files, which HDF5 has too, are not followed. */
  #dataset(path: string): Dataset | undefined {
    const known = this.#datasets.get(path);
    if (known !== undefined) return known;
    const found = this.#file.get(path);
    if (!(found instanceof this.#module.Dataset)) return undefined;
    this.#datasets.set(path, found);
    return found;
  }
}

/** An HDF5 file that is being written. The same calls give the same bytes. */
export class Hdf5Writer {
  readonly #file: File;

  private constructor(file: File) {
    this.#file = file;
  }

  /** Writes a file; throws the file system's words where that fails. */
  static async write(path: string, content: (file: Hdf5Writer) => void): Promise<void> {
    const { File } = await loadHdf5();
    withoutClock(() => {
      // The oldest format that does: what every h5py reads.
      const file = new File(path, 'w', { libver: ['earliest', 'v108'] });
      try {
        content(new Hdf5Writer(file));
      } finally {
        file.close();
      }
    });
  }

  /** Makes a group, whose parent is there. */
  group(path: string): void {
    this.#file.create_group(path);
  }

  /** An attribute that is one text, however long. */
  text(path: string, attribute: string, value: string): void {
    this.#at(path).create_attribute(attribute, value, [], 'S');
  }

  /** An attribute that is a list of texts, of at most 64 KB in all, each as many bytes as the longest has. */
  strings(path: string, attribute: string, values: readonly string[], bytes: number): void {
    this.#at(path).create_attribute(attribute, [...values], [values.length], `S${bytes}`);
  }

  floats(path: string, data: Float32Array, shape: readonly number[]): void {
    this.#file.create_dataset({ name: path, data, shape: [...shape], dtype: '<f' });
  }

  integers(path: string, data: Uint32Array | BigInt64Array, shape: readonly number[]): void {
    this.#file.create_dataset({ name: path, data, shape: [...shape] });
  }

  #at(path: string): Group {
    return this.#file.get(path) as Group;
  }
}

/** Whether a file begins as HDF5 files do, or as archives do. */
export function kindOfFile(path: string): Result<'hdf5' | 'zip' | 'other'> {
  try {
    const start = Buffer.alloc(8);
    const file = openSync(path, 'r');
    try {
      readSync(file, start);
    } finally {
      closeSync(file);
    }
    if (start.equals(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))) return success('hdf5');
    return success(start.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')) ? 'zip' : 'other');
  } catch (error) {
    return problem(`cannot read the weights: ${reasonOf(error)}`, { at: { file: path } });
  }
}

async function loadHdf5(): Promise<typeof import('h5wasm/node')> {
  const module = await import('h5wasm/node');
  const { activate_throwing_error_handler } = await module.ready;
  // Otherwise it prints what is wrong and goes on.
  activate_throwing_error_handler();
  return module;
}

function attempt<Value>(path: string, read: () => Value): Result<Value> {
  try {
    return success(read());
  } catch (error) {
    return problem(damageIn(error), { at: { file: path }, advice: DOWNLOAD_AGAIN });
  }
}

/** What HDF5 says goes from the call down to the cause: the cause is what tells something. */
function damageIn(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const [, found, expected] = /truncated file: eof = (\d+), .*stored_eof = (\d+)/.exec(said) ?? [];
  if (found !== undefined) return `the file is cut off: it has ${found} bytes instead of ${expected}`;
  const cause = [...said.matchAll(/line \d+ in \w+\(\): (.*)/g)].at(-1)?.[1];
  return `the file is damaged: ${cause ?? said.trim()}`;
}

/** HDF5 writes the time of day beside every array: while this runs, it is always the same. */
function withoutClock(write: () => void): void {
  const { now } = Date;
  Date.now = () => 0;
  try {
    write();
  } finally {
    Date.now = now;
  }
}
