import { join } from 'node:path';
import { flatten } from '../../shared/flatten.ts';
import type { JsonObject } from '../../shared/json.ts';
import { quoteNonFinite, readNumbers } from '../../shared/non-finite.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { failure, type Place, type Result, success } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import type { StageRequest } from './executor.ts';
import type { FailureReason } from './failure.ts';

/** The file name of an output whose numbers are the metrics of a command. */
const METRICS = 'metrics.json';

/** Returns the metrics in the output `metrics.json` of a command, if it has one. `at`: where the command is declared. */
export function metricsFile(
  { stage, outputs }: Pick<StageRequest, 'stage' | 'outputs'>,
  made: string,
  at: Place,
): Result<Readonly<Record<string, number>>, FailureReason> {
  if (!outputs.some(({ file }) => file === METRICS)) return success({});
  const text = readText(join(made, METRICS), 'stageJson');
  // That it is missing is reported like a missing output of any other name.
  if (!text.ok && text.failure.kind === 'missing') return success({});
  const value = text.ok ? parseJson(quoteNonFinite(text.value))?.value : undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return success(readNumbers(flatten(value as JsonObject)));
  }
  const found = text.ok ? 'it is no JSON object' : text.failure.reason;
  const message = `the metrics of stage "${stage}" cannot be read from its output ${METRICS}: ${found}`;
  const advice = 'Write an object of numbers, such as {"accuracy": 0.93}, or give the output another name.';
  return failure({ kind: 'bad-output', problems: [{ message, at, advice }] });
}
