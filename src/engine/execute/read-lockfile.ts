import { readFileSync } from 'node:fs';
import type { Facts } from '../../shared/extensions/runtime-facts.ts';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import { runtimeOfScheme1 } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import { check, compile } from '../plan/schema-problems.ts';
import { parseYaml, type YamlPath } from '../plan/source.ts';
import type { LockedParts, LockedStage, Lockfile } from './lockfile.ts';

const NEW_ONE = 'Take back the last one that was committed, or have it written anew: pipeline run';

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const digests = { type: 'object', additionalProperties: digest };
const facts = { type: 'object', additionalProperties: { type: 'string' } };

const lockfileSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['key', 'outputs'],
    dependencies: Object.fromEntries(
      ['packages', 'params', 'inputs', 'env', 'runtime', 'tensorflow'].map((part) => [part, ['code']]),
    ),
    additionalProperties: false,
    properties: {
      key: digest,
      outputs: digests,
      code: digest,
      packages: digest,
      params: { type: 'object' },
      inputs: digests,
      env: { type: 'object', additionalProperties: { ...digest, type: ['string', 'null'] } },
      runtime: { type: 'object', additionalProperties: facts },
      // As an earlier version wrote it, which knew no other runtime.
      tensorflow: facts,
    },
  },
};

/** The lockfile at `path`, which messages call `file`; nothing if there is none. */
export function readLockfile(path: string, file: string): Result<Lockfile | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return success(undefined);
    if (code === undefined) throw error;
    return problem(`the lockfile cannot be read: ${code}`, { at: { file }, advice: NEW_ONE });
  }
  return parseLockfile(file, text);
}

/** Checks a lockfile's text. Every problem has its place. */
export function parseLockfile(file: string, text: string): Result<Lockfile> {
  const conflicts = conflictMarkers(file, text);
  if (conflicts.length > 0) return failure(conflicts);
  const source = parseYaml(file, text);
  if (!source.ok) return failure(source.failure.map((fault) => ({ ...fault, advice: NEW_ONE })));
  const { value, place } = source.value;
  if (value === null || value === undefined) {
    return problem('the lockfile is empty', { at: { file, line: 1, column: 1 }, advice: NEW_ONE });
  }
  const problems = check(compile(lockfileSchema), value, {
    name: nameOf,
    unknown: (path, key) => `key «${key}» in ${nameOf(path)}`,
    place,
  });
  if (problems.length > 0) return failure(problems.map((fault) => ({ ...fault, advice: NEW_ONE })));
  const stages = Object.entries(value as Record<string, WrittenStage>);
  return success(new Map(stages.map(([name, written]) => [name, toLocked(written)])));
}

interface WrittenStage extends Partial<LockedParts> {
  readonly key: ActionKey;
  readonly outputs: Record<string, Digest>;
  readonly tensorflow?: Facts;
}

function toLocked({ key, outputs, ...parts }: WrittenStage): LockedStage {
  const { code, params = {}, inputs = {}, env = {}, tensorflow, runtime, ...others } = parts;
  if (code === undefined) return { key, outputs };
  return {
    key,
    outputs,
    parts: { code, params, inputs, env, runtime: runtime ?? runtimeOfScheme1(tensorflow), ...others },
  };
}

/** What git leaves of two sides that it could not merge; one problem for each conflict. */
function conflictMarkers(file: string, text: string): Problem[] {
  return text.split(/\r?\n/).flatMap((line, index): Problem[] =>
    /^<{7}( |$)/.test(line)
      ? [
          {
            message: 'a merge conflict has not been resolved',
            at: { file, line: index + 1, column: 1, length: line.length },
            advice: 'Take either side (git checkout --theirs pipeline.lock), then have it written anew: pipeline run',
          },
        ]
      : [],
  );
}

function nameOf([stage, ...rest]: YamlPath): string {
  if (stage === undefined) return 'the lockfile';
  return rest.length === 0 ? `stage «${stage}»` : `«${rest.join('.')}» of stage «${stage}»`;
}
