import type { Colour } from './colour.ts';

/** The part of the figure's plane that a picture shows, in its units. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is in front of the camera, before the place and the camera are chosen. */
export interface Scene {
  readonly view: View;
  readonly drawing: string;
  /** The backdrop has to stand out from these. */
  readonly colours: readonly Colour[];
}

/** A view that is centred on the figure. */
export function view(top: number, bottom: number, width: number): View {
  return { left: -width / 2, top, width, height: bottom - top };
}
