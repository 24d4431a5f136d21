import type { Result } from '../problem.ts';

/** An npm package as a stage's bundle reaches it, directly or through other packages. */
export interface ReachedPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute. */
  readonly folder: string;
}

/** What a stage's process would find on this machine. */
export interface RuntimeConditions {
  /** Whether the stage would see a GPU. */
  readonly hasGpu: boolean;
}

/** By name, as they stand in an action key: `{ version: '2.21.0', device: 'cpu' }`. */
export type Facts = Readonly<Record<string, string>>;

/**
 * Facts about packages whose results depend on more than their npm version: on a native library that was installed
 * beside them, or on the kind of device. A stage that reaches one of `packages` has the facts in its action key.
 */
export interface RuntimeFacts {
  /** Names the facts in keys and lockfiles: `onnxruntime`. */
  readonly name: string;
  /** How messages call it: `ONNX Runtime`. */
  readonly label: string;
  /** npm packages. Each of them that a stage reaches is asked about, in each of its versions. */
  readonly packages: readonly string[];
  /** What to do when one of `packages` is not installed or does not load, by its name. */
  readonly ifMissing?: Readonly<Record<string, string>>;
  /** Environment variables that these packages read. It is as if each stage that reaches one declared them. */
  readonly env?: readonly string[];
  /**
   * Reads the facts; called in each run, so it has to be quick. That something is missing is a fact; only what is there
   * and cannot be read is a problem.
   */
  read(reached: ReachedPackage, conditions: RuntimeConditions): Result<Facts>;
}
