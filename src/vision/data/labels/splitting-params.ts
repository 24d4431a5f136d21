import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { quoted, reasonOf } from '../../../shared/wording.ts';
import type { Splitting } from './split.ts';

const fraction = { type: 'number', minimum: 0, exclusiveMaximum: 1 } as const;

/** The schema of the params that say how samples are split. */
export const splittingParams = {
  validation_fraction: {
    description:
      'Fraction of the samples (0 to 1, exclusive) that is held out for validation, unless the data set gives a ' +
      'validation split.',
    ...fraction,
    default: 0.2,
  },
  test_fraction: {
    description:
      'Fraction of the samples (0 to 1, exclusive) that is held out for a test, unless the data set gives a test split. ' +
      'No training uses them.',
    ...fraction,
    default: 0,
  },
  folds: {
    description:
      'The number of folds of a cross-validation: the samples that are not for a test are divided into as many parts, and ' +
      'the part `fold` is for validation.',
    type: 'integer',
    minimum: 2,
  },
  fold: { description: 'The fold that is for validation, from 0 to `folds` − 1.', type: 'integer', minimum: 0 },
  group_pattern: {
    description:
      'Regular expression that finds the group of an image in its path: what the first parenthesis matches, or all of ' +
      'the match. Images of one group (a person, a product, a session) are in one split.',
    type: 'string',
  },
  seed: {
    description: 'Random seed of the order and of the split of the samples.',
    type: 'integer',
    minimum: 0,
    maximum: 4294967295,
  },
} as const;

interface Split {
  readonly splitting: Omit<Splitting, 'sample'>;
  readonly groupPattern: RegExp | undefined;
}

/** Returns how samples are split, or what is wrong with these params. */
export function splittingOf(
  params: FromSchema<{ type: 'object'; properties: typeof splittingParams; required: ['seed'] }>,
): Result<Split> {
  const { seed, validation_fraction: validationFraction, test_fraction: testFraction, folds, fold } = params;
  const problems: Problem[] = [];
  if (folds === undefined && fold !== undefined)
    problems.push({ message: 'the param "fold" is set, but "folds" is not', advice: 'Set "folds", or remove "fold".' });
  if (folds !== undefined && (fold === undefined || fold >= folds))
    problems.push({
      message: `with "folds": ${folds}, the param "fold" has to be from 0 to ${folds - 1}, but it is ${fold ?? 'not set'}`,
      advice: 'For all folds, give the stage "matrix: { fold: [0, 1, …] }" and the param "fold: ${matrix.fold}".',
    });
  if (folds === undefined && validationFraction + testFraction >= 1)
    problems.push({
      message: `"validation_fraction" and "test_fraction" are ${validationFraction} and ${testFraction}, which leaves no samples for training`,
      advice: 'Lower one of them.',
    });
  const groupPattern = patternOf(params.group_pattern);
  if (groupPattern !== undefined && 'message' in groupPattern) problems.push(groupPattern);
  if (problems.length > 0) return failure(problems);
  const chosen = folds !== undefined && fold !== undefined ? { count: folds, fold } : undefined;
  return success({
    splitting: { seed, validationFraction, testFraction, folds: chosen },
    groupPattern: groupPattern instanceof RegExp ? groupPattern : undefined,
  });
}

function patternOf(source: string | undefined): RegExp | Problem | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    const message = `the param "group_pattern" is no valid regular expression: ${reasonOf(error)}`;
    return { message, advice: `For the part of the file name before the first _: ${quoted('([^/_]+)_[^/]*$')}` };
  }
}
