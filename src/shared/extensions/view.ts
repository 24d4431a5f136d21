import type { Paint } from '../text/style.ts';

/** How an inspection is displayed. */
export interface View {
  /** Width of the terminal, in columns. */
  readonly width: number;
  /** Whether to show everything, however long. */
  readonly full: boolean;
  readonly paint: Paint;
}

/** Returns the width, in columns, at which lines are cut; practically unlimited for a full view. */
export function lineWidth({ full, width }: View): number {
  return full ? 100_000 : width;
}
