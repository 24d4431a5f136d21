import type { Result } from '../problem.ts';

/** An npm package as a stage's bundle reaches it, directly or through other packages. */
export interface ReachedPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute. */
  readonly folder: string;
}

/** The conditions on this machine for the process of a stage. */
export interface RuntimeConditions {
  /** Whether the stage would see a GPU. */
  readonly hasGpu: boolean;
}

/** Facts by name, as in an action key: `{ version: '2.21.0', device: 'cpu' }`. */
export type Facts = Readonly<Record<string, string>>;

/**
 * Provides facts about packages whose results depend on more than their npm version, for example on a native library
 * installed beside them or on the kind of device. If a stage imports one of `packages`, directly or through other
 * packages, the facts are part of its action key.
 */
export interface RuntimeFacts {
  /** Names the facts in keys and lockfiles: `onnxruntime`. */
  readonly name: string;
  /** The name in messages: `ONNX Runtime`. */
  readonly label: string;
  /** Names of npm packages. `read` is called for each one that a stage reaches, and for each of its versions. */
  readonly packages: readonly string[];
  /**
   * Whether the facts stand for what `packages` load at run time: native libraries, and whatever a set-up builds or
   * downloads, which differs between machines. Then only those of their files count that static imports reach. By
   * default, all files of a package with such parts count.
   */
  readonly coversNativeParts?: boolean;
  /** What to do when one of `packages` is not installed or does not load, by its name. */
  readonly ifMissing?: Readonly<Record<string, string>>;
  /** Environment variables that these packages read. They count as declared by each stage that reaches a package. */
  readonly env?: readonly string[];
  /**
   * Returns what, besides the facts, the last digits of results depend on: the instruction set, for example. It is not
   * part of the key, but recorded, in the lockfile too. Results from a machine of another class are not taken from a
   * remote cache, and are compared with the lockfile by value. Called when a stage has run, and when a result is found.
   *
   * @param environment has at least the `machineVariables`.
   */
  machineClass?(environment: NodeJS.ProcessEnv): Facts;
  /**
   * Environment variables that change the class of the machine, such as a limit of the instruction set. They are passed
   * to each stage that reaches a package, and are no part of its key.
   */
  readonly machineVariables?: readonly string[];
  /**
   * Reads the facts. Called in each run, so it must be fast. If something is missing, that is a fact; a problem is only
   * what exists and cannot be read.
   */
  read(reached: ReachedPackage, conditions: RuntimeConditions): Result<Facts>;
  /**
   * Returns the folders outside of the package (absolute) with what it loads at run time and the facts stand for: a stage
   * may read them without declaring it.
   */
  nativeFolders?(reached: ReachedPackage): readonly string[];
}
