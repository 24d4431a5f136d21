/** A picture as sharp takes it: a file, its bytes, or bare pixels. */
export interface Picture {
  readonly label: string;
  readonly input: string | Uint8Array;
  readonly raw?: { readonly width: number; readonly height: number; readonly channels: 1 | 3 | 4 };
}

/** The pictures of an artifact, of which any can be read without the others. */
export interface Pictures {
  readonly count: number;
  at(index: number): Picture;
}
