/** A layer as Keras knows it. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The names of the layers that it reads. */
  readonly inputs: readonly string[];
}
