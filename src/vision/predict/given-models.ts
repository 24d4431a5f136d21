import type { CollectedArtifact } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { counted } from '../../shared/wording.ts';
import { describeTasks } from '../heads/describe-tasks.ts';
import type { Heads } from '../heads/head.ts';
import { defaultHead } from '../heads/index.ts';
import type { Backbones } from '../models/backbones/backbone.ts';
import { type ModelFacts, readModelFacts } from '../models/saved-model.ts';

/** A saved model, and how much it counts among others. */
export interface GivenModel {
  readonly directory: string;
  readonly facts: ModelFacts;
  readonly weight: number;
}

interface GivenModelOptions {
  readonly modelWeights?: readonly number[] | undefined;
  readonly backbones?: Backbones | undefined;
  readonly heads?: Heads | undefined;
}

/**
 * Reads the facts of the models that an input collects.
 *
 * @param options.modelWeights how much each of them counts, in their order; equally if omitted.
 * @param options.backbones the backbones that a model may have; the built-in ones by default.
 * @param options.heads the heads that it may have besides the built-in ones, by task.
 * @returns a problem if a model cannot be read, they have different tasks or heads, or the weights do not fit.
 */
export async function readGivenModels(
  models: readonly CollectedArtifact[],
  { modelWeights: weights, backbones, heads }: GivenModelOptions,
): Promise<Result<readonly [GivenModel, ...GivenModel[]]>> {
  const problems: Problem[] = weightProblems(models, weights);
  const given: GivenModel[] = [];
  for (const [index, { path: directory }] of models.entries()) {
    const facts = await readModelFacts(directory, backbones, heads);
    if (facts.ok) given.push({ directory, facts: facts.value, weight: weights?.[index] ?? 1 });
    else problems.push(...facts.failure);
  }
  const [first, ...others] = given;
  if (first === undefined || problems.length > 0) return failure(problems);
  const expected = describeTasks(first.facts.tasks);
  const expectedHeads = describeHeads(first.facts);
  for (const { directory, facts } of others) {
    const [found, foundHeads] = [describeTasks(facts.tasks), describeHeads(facts)];
    if (found !== expected) {
      problems.push({
        message: `this model has the tasks ${found}, but the first model has ${expected}`,
        at: { file: directory },
        advice: 'Average models that were trained on the same targets.',
      });
    } else if (foundHeads !== expectedHeads) {
      problems.push({
        message: `this model has the heads ${foundHeads}, but the first model has ${expectedHeads}`,
        at: { file: directory },
        advice: 'Average models whose tasks have the same heads.',
      });
    }
  }
  return problems.length > 0 ? failure(problems) : success([first, ...others]);
}

function describeHeads({ tasks }: ModelFacts): string {
  return tasks.map(({ head, ...task }) => head ?? defaultHead(task)).join(', ');
}

function weightProblems(models: readonly CollectedArtifact[], weights: readonly number[] | undefined): Problem[] {
  if (weights === undefined) return [];
  const names = models.map(({ matrix }) =>
    Object.entries(matrix)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  );
  const order = names.every((name) => name !== '') ? `, in the order ${names.join(', ')}` : '';
  if (weights.length !== models.length) {
    const message = `the param "model_weights" has ${counted(weights.length, 'value')}, but there are ${counted(models.length, 'model')}`;
    return [{ message, advice: `Give one weight for each model${order}.` }];
  }
  if (weights.some((weight) => weight > 0)) return [];
  return [{ message: 'all values of the param "model_weights" are 0', advice: 'Give at least one model a weight.' }];
}
