/** A layer in Keras' terms. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The names of its inbound layers. */
  readonly inputs: readonly string[];
}
