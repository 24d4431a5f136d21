import { readFileSync } from 'node:fs';

export interface Sample {
  readonly x: number;
  readonly y: number;
}

/** The model: y = slope * x + intercept. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Reads the samples of a CSV file with the columns `x,y` and a header. */
export function readSamples(file: string): Sample[] {
  const [, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return rows.map((row) => {
    const [x = Number.NaN, y = Number.NaN] = row.split(',').map(Number);
    return { x, y };
  });
}

/** Returns the error of the model for a sample: prediction minus `y`. */
export const errorAt = ({ slope, intercept }: Line, { x, y }: Sample): number => slope * x + intercept - y;

/** Returns the mean of the squared errors. */
export const meanSquaredError = (line: Line, samples: readonly Sample[]): number =>
  samples.reduce((sum, sample) => sum + errorAt(line, sample) ** 2, 0) / samples.length;
