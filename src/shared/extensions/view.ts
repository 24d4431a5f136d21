import type { Paint } from '../text/style.ts';

/** For whom something is described. */
export interface View {
  /** Columns of the terminal. */
  readonly width: number;
  /** All of it, however long. */
  readonly full: boolean;
  readonly paint: Paint;
}

/** At what width lines are cut: not at all if all is wanted. */
export function lineWidth({ full, width }: View): number {
  return full ? 100_000 : width;
}
