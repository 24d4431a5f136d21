import { Ajv, type Schema } from 'ajv';
import { parseJson } from './parse-json.ts';
import { problem, type Result, success } from './problem.ts';
import { type FileKind, readText } from './read-file.ts';

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
  kind: FileKind = 'stageJson',
): Promise<Result<Value>> {
  const at = { file };
  const text = readText(file, kind);
  if (!text.ok) return problem(`${unreadable}: ${text.failure.reason}`, { at, advice });
  const parsed = parseJson(text.value);
  if (parsed === undefined) return problem(`${unreadable}: it is not valid JSON`, { at, advice });
  const { value } = parsed;
  const ajv = new Ajv();
  const isValue = ajv.compile<Value>(schema);
  if (isValue(value)) return success(value);
  return problem(`${misshapen}: ${ajv.errorsText(isValue.errors, { dataVar: called })}`, { at, advice });
}
