import { readFile } from 'node:fs/promises';
import { Ajv, type Schema } from 'ajv';
import { problem, type Result, success } from './problem.ts';
import { reasonOf } from './wording.ts';

/** What is said of a JSON file that cannot be used; the reason follows. */
export interface JsonFileWords {
  readonly unreadable: string;
  readonly misshapen: string;
  /** What its content is called in the reason. */
  readonly called: string;
  readonly advice: string;
}

/** Reads a JSON file that a stage has written, checked against its schema, whose type `Value` has to be. */
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
