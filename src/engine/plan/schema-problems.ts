import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Place, Problem } from '../../shared/problem.ts';
import type { YamlPath } from './source.ts';
import { suggestion } from './suggest.ts';

/** How messages name the parts of the validated value, and where these were written. */
export interface Subject {
  /** Returns the name of `path` in messages: `stage "ingest"`, `param "learning_rate"`. */
  name(path: YamlPath): string;
  /** Returns the name of an unknown `key` inside `path`. */
  unknown(path: YamlPath, key: string): string;
  place(path: YamlPath, part: 'key' | 'value'): Place;
}

/** Validates `value`, reports every problem, and fills the defaults of the schema into `value`. */
export function check(validate: ValidateFunction, value: unknown, subject: Subject): Problem[] {
  if (validate(value)) return [];
  const errors = withoutChoices(validate.errors ?? []).filter((error) => !isSummary(error));
  return errors.map((error) => toProblem(error, subject));
}

/** Replaces the errors of an `anyOf` by those of the schemas that match the value's type or, if none does, all types. */
function withoutChoices(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choice = errors.find(({ keyword }) => keyword === 'anyOf');
  if (choice === undefined) return errors;
  const within = errors.filter(({ schemaPath }) => schemaPath.startsWith(`${choice.schemaPath}/`));
  const types = within.filter(
    ({ keyword, instancePath }) => keyword === 'type' && instancePath === choice.instancePath,
  );
  const others = within.filter((error) => !types.includes(error));
  const type = types.flatMap(({ params }) => (params as { type: string }).type);
  const merged = others.length > 0 ? others : [{ ...choice, keyword: 'type', params: { type } }];
  return withoutChoices(errors.flatMap((error) => (error === choice ? merged : within.includes(error) ? [] : [error])));
}

const compiled = new Map<string, ValidateFunction>();

/** Returns a validator that reports all errors and fills in defaults. Throws if `schema` is not a JSON Schema. */
export function compile(schema: object): ValidateFunction {
  const text = JSON.stringify(schema);
  const known = compiled.get(text) ?? newValidator(schema);
  compiled.set(text, known);
  return known;
}

function newValidator(schema: object): ValidateFunction {
  return new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true, validateSchema: false }).compile(
    schema,
  );
}

/** Whether an error only says that a part failed, which is reported separately. */
function isSummary(error: ErrorObject): boolean {
  return error.keyword === 'if' || error.keyword === 'propertyNames';
}

function toProblem(error: ErrorObject, subject: Subject): Problem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
      return {
        message: `unknown ${subject.unknown(path, key)}`,
        at: subject.place([...path, key], 'key'),
        advice: suggestion(key, known),
      };
    }
    case 'required': {
      const key = String(params['missingProperty']);
      return {
        message: `${subject.name([...path, key])} is missing`,
        at: subject.place(path, 'key'),
        advice: `Add \`${key}: …\`.`,
      };
    }
    case 'dependencies': {
      const [key, missing] = [String(params['property']), String(params['missingProperty'])];
      const schemas = (error.parentSchema?.['properties'] ?? {}) as Record<string, { description?: string }>;
      const advice = schemas[missing]?.description;
      return {
        message: `${subject.name([...path, key])} needs "${missing}" beside it`,
        at: subject.place([...path, key], 'key'),
        ...(advice !== undefined && { advice }),
      };
    }
    default: {
      if (error.propertyName !== undefined) {
        return {
          message: `invalid name "${error.propertyName}"`,
          at: subject.place([...path, error.propertyName], 'key'),
          advice: 'A name starts with a letter, followed by letters, digits, - and _.',
        };
      }
      const wrong = demand(error);
      return {
        message:
          wrong === undefined
            ? `${subject.name(path)} cannot be ${shown(error.data)}`
            : `${subject.name(path)} ${wrong}, but is ${shown(error.data)}`,
        at: subject.place(path, 'value'),
        ...adviceOf(error),
      };
    }
  }
}

/** Returns what is expected of a value; undefined if only the schema's description can say it. */
function demand(error: ErrorObject): string | undefined {
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'type':
      return `must be ${either([params['type']].flat().map((type) => article(String(type))))}`;
    case 'minProperties':
    case 'minItems':
    case 'minLength':
      return params['limit'] === 1 ? 'must not be empty' : error.message;
    case 'uniqueItems':
      return 'must not contain duplicates';
    case 'pattern':
    case 'not':
      return adviceOf(error).advice === undefined ? error.message : undefined;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map(shown).join(', ')}`;
    case 'const':
      return `must be ${shown(params['allowedValue'])}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${params['comparison']} ${params['limit']}`;
    default:
      return error.message ?? 'does not match the schema';
  }
}

function adviceOf(error: ErrorObject): { advice?: string } {
  const description: unknown = error.parentSchema?.['description'];
  return typeof description === 'string' ? { advice: description } : {};
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : type === 'null' ? 'null' : `a ${type}`;
}

/** Returns `a, b or c`. */
function either(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
