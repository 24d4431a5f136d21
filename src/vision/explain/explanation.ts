/** The list of the pictures in their folder. */
export const EXPLANATIONS_FILE = 'explanations.json';

/** An explained sample, with the names of its pictures in the folder. */
export interface Explanation {
  readonly file: string;
  readonly task: string;
  readonly truth: number;
  readonly predicted: number;
  readonly pictures: { readonly image: string; readonly predicted: string; readonly truth: string };
}
