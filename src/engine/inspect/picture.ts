/** An image as input for sharp: a path, the bytes of a file, or raw pixels. */
export interface Picture {
  readonly label: string;
  readonly input: string | Uint8Array;
  readonly raw?: { readonly width: number; readonly height: number; readonly channels: 1 | 3 | 4 };
}

/** The images of an artifact. Each can be read without the others. */
export interface Pictures {
  readonly count: number;
  at(index: number): Picture;
}
