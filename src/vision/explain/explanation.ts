/** The list of the pictures in their folder. */
export const EXPLANATIONS_FILE = 'explanations.json';

/** An explained sample, with the names of its pictures in the folder. */
export interface Explanation {
  readonly file: string;
  readonly task: string;
  /**
   * The class that the sample has and that is not predicted; of several, the least probable. Absent if the prediction lacks
   * none.
   */
  readonly truth?: number;
  /**
   * The class that is predicted and that the sample does not have; of several, the most probable. Absent if none is predicted
   * wrongly.
   */
  readonly predicted?: number;
  readonly pictures: { readonly image: string; readonly predicted?: string; readonly truth?: string };
}
