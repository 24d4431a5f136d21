import type { ValidateFunction } from 'ajv';
import type { Json } from '../../shared/json.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { ResolvedModuleStage } from './resolve.ts';
import { check, compile } from './schema-problems.ts';
import type { StageInterface } from './stage-interface.ts';

/** The validators of params: all stages of a module share one. */
const validators = new WeakMap<StageInterface, Result<ValidateFunction, string>>();

/** Validates `params` against the module's schema, and fills in the schema's defaults. */
export function paramProblems(
  stage: ResolvedModuleStage,
  declared: StageInterface,
  params: Record<string, Json>,
): Problem[] {
  const validator = validators.get(declared) ?? compileParams(declared);
  validators.set(declared, validator);
  if (!validator.ok) {
    return [
      {
        message: `the params declared in ${stage.module.written} are not a valid JSON Schema: ${validator.failure}`,
        at: { file: stage.module.written },
        advice: "For example: params: { type: 'object', properties: { epochs: { type: 'integer', minimum: 1 } } }.",
      },
    ];
  }
  const owner = `stage "${stage.declared}"`;
  return check(validator.value, params, {
    name: (path) => (path.length === 0 ? `the params of ${owner}` : `param "${path.join('.')}" of ${owner}`),
    unknown: (path, key) => `param "${[...path, key].join('.')}" of ${owner}`,
    place: (path, part) => (path.length === 0 ? stage.places.stage() : stage.places.param(path, part)),
  });
}

function compileParams(declared: StageInterface): Result<ValidateFunction, string> {
  try {
    return success(compile(strict(declared.params)));
  } catch (error) {
    // Ajv throws if the stage module declares an invalid JSON Schema.
    return failure((error as Error).message);
  }
}

/** A stage accepts only the params it declares, unless its schema sets `additionalProperties`. */
function strict(schema: StageInterface['params']): object {
  if (schema === undefined) return { type: 'object', additionalProperties: false };
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}
