import type { ValidateFunction } from 'ajv';
import type { Json } from '../../shared/json.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { ResolvedStage } from './resolve.ts';
import { check, compile } from './schema-problems.ts';
import type { StageInterface } from './stage-interface.ts';

/** The validators of interfaces: all stages of a module share one. */
const validators = new WeakMap<StageInterface, Result<ValidateFunction, string>>();

/** Checks `params` against the module's schema, filling in its defaults. */
export function paramProblems(stage: ResolvedStage, declared: StageInterface, params: Record<string, Json>): Problem[] {
  const validator = validators.get(declared) ?? compileParams(declared);
  validators.set(declared, validator);
  if (!validator.ok) {
    return [
      {
        message: `the params that ${stage.module.written} declares are not a JSON Schema: ${validator.failure}`,
        at: { file: stage.module.written },
        advice: "For example: params: { type: 'object', properties: { epochs: { type: 'integer', minimum: 1 } } }.",
      },
    ];
  }
  const owner = `stage «${stage.declared}»`;
  return check(validator.value, params, {
    name: (path) => (path.length === 0 ? `the params of ${owner}` : `param «${path.join('.')}» of ${owner}`),
    unknown: (path, key) => `param «${[...path, key].join('.')}» of ${owner}`,
    place: (path, part) => (path.length === 0 ? stage.places.stage() : stage.places.param(path, part)),
  });
}

function compileParams(declared: StageInterface): Result<ValidateFunction, string> {
  try {
    return success(compile(strict(declared.params)));
  } catch (error) {
    // Ajv throws on what is no JSON Schema; the stage module wrote it.
    return failure((error as Error).message);
  }
}

/** A stage that declares no params takes none; one that declares properties takes no others unless it says so. */
function strict(schema: StageInterface['params']): object {
  if (schema === undefined) return { type: 'object', additionalProperties: false };
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}
