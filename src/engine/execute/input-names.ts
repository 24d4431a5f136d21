import { sep } from 'node:path';
import type { Place, Problem } from '../../shared/problem.ts';
import type { FailureReason } from './failure.ts';
import type { FoundInput } from './request-inputs.ts';

/**
 * Names inputs as the user knows them, in what a stage reports: the stage knows only the paths that it was handed, which
 * do not exist any more when the user reads that.
 */
export class InputNames {
  readonly #directory: string;
  readonly #inputs: readonly FoundInput[];

  /** @param directory in which the paths are that were made for the stage, absolute. */
  constructor(directory: string, inputs: readonly FoundInput[]) {
    this.#directory = directory;
    this.#inputs = inputs.filter(({ path, handed }) => path !== handed);
  }

  /** Replaces paths of artifacts by their names (`stage.output`), and paths of filtered folders by the user's paths. */
  in(text: string): string {
    // A stage may have ten thousand inputs, and log as many lines.
    if (!text.includes(this.#directory)) return text;
    return this.#inputs.reduce(
      (named, { handed, path, from }) => named.replaceAll(handed, from.kind === 'artifact' ? from.producer : path),
      text,
    );
  }

  /** Adds the producing stage to a problem in an artifact. Its place is in the cache: there the line can be shown. */
  inProblem({ message, at, advice, ...more }: Problem): Problem {
    const file = at?.file ?? '';
    const input = this.#inputs.find(({ handed }) => file === handed || file.startsWith(handed + sep));
    const producer = input?.from.kind === 'artifact' ? `, in ${input.from.producer}` : '';
    const place: Place | undefined = at && input ? { ...at, file: input.path + file.slice(input.handed.length) } : at;
    return {
      ...more,
      message: this.in(message) + producer,
      ...(place && { at: place }),
      ...(advice !== undefined && { advice: this.in(advice) }),
    };
  }

  inFailure(reason: FailureReason): FailureReason {
    if ('problems' in reason) return { ...reason, problems: reason.problems.map((problem) => this.inProblem(problem)) };
    switch (reason.kind) {
      case 'threw':
        return {
          ...reason,
          message: this.in(reason.message),
          causes: reason.causes.map((cause) => this.in(cause)),
          stack: this.in(reason.stack),
        };
      case 'crashed':
        return { ...reason, output: this.in(reason.output) };
      case 'timed-out':
      case 'out-of-memory':
      case 'difference':
        return reason;
      default:
        return reason satisfies never;
    }
  }
}
