import type { Colour } from './colour.ts';

/** The part of the figure's plane that an image shows, in units of the plane. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A figure before the backdrop and the position of the camera are chosen. */
export interface Scene {
  readonly view: View;
  readonly drawing: string;
  /** Colours from which the backdrop must differ. */
  readonly colours: readonly Colour[];
}

/** Returns a view that is horizontally centred on the figure. */
export function view(top: number, bottom: number, width: number): View {
  return { left: -width / 2, top, width, height: bottom - top };
}
