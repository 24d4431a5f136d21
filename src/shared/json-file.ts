import { readFile } from 'node:fs/promises';
import { Ajv, type Schema } from 'ajv';
import { problem, type Result, success } from './problem.ts';
import { reasonOf } from './wording.ts';

/** Messages about an unusable JSON file; the reason is appended. */
export interface JsonFileWords {
  readonly unreadable: string;
  readonly misshapen: string;
  /** The name of its content in the reason. */
  readonly called: string;
  readonly advice: string;
}

/** Reads a JSON file that a stage has written and validates it against `schema`, whose type must be `Value`. */
export async function readJsonFile<Value>(
  file: string,
  schema: Schema,
  { unreadable, misshapen, called, advice }: JsonFileWords,
): Promise<Result<Value>> {
  const at = { file };
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return problem(`${unreadable}: ${reasonOf(error)}`, { at, advice });
  }
  const ajv = new Ajv();
  const isValue = ajv.compile<Value>(schema);
  if (isValue(value)) return success(value);
  return problem(`${misshapen}: ${ajv.errorsText(isValue.errors, { dataVar: called })}`, { at, advice });
}
