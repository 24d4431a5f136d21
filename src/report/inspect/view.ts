import type { Paint } from '../style.ts';

/** For whom something is described. */
export interface View {
  /** Columns of the terminal. */
  readonly width: number;
  /** All of it, however long. */
  readonly full: boolean;
  readonly paint: Paint;
}
