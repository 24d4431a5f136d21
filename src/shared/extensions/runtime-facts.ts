/** An npm package as a stage's bundle reaches it, directly or through other packages. */
export interface ReachedPackage {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

/** What a stage's process would see of this machine. */
export interface RuntimeConditions {
  /** The environment variables that the stage would see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  /** npm packages. Of those that a stage reaches, the first one in this order is asked about. */
  readonly packages: readonly string[];
  /** Reads the facts; called at each start, so it has to be quick. */
  read(reached: ReachedPackage, conditions: RuntimeConditions): Facts;
}
