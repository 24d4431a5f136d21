export interface Named {
  /** The layer name; by default as Keras names layers: `conv2d`, `conv2d_1`, … */
  readonly name?: string | undefined;
}

export type Size = number | [number, number];

export interface Window extends Named {
  readonly strides?: Size;
  readonly padding?: 'same' | 'valid';
}

/** Pixels at the top and bottom, left and right. */
export type Border = [[number, number], [number, number]];

export type Initialization = 'glorot-uniform' | 'he-normal' | 'he-normal-fan-out';

export interface Kernel extends Window {
  readonly kernelSize: Size;
  readonly initialization?: Initialization;
}
