import { readFileSync } from 'node:fs';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import { check, compile } from '../plan/schema-problems.ts';
import { parseYaml, type YamlPath } from '../plan/source.ts';
import type { LockedParts, LockedStage, Lockfile } from './lockfile.ts';

const NEW_ONE = 'Take back the last one that was committed, or have it written anew: pipeline run';

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const digests = { type: 'object', additionalProperties: digest };

const lockfileSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['key', 'outputs'],
    dependencies: { packages: ['code'], params: ['code'], inputs: ['code'], env: ['code'], tensorflow: ['code'] },
    additionalProperties: false,
    properties: {
      key: digest,
      outputs: digests,
      code: digest,
      packages: digest,
      params: { type: 'object' },
      inputs: digests,
      env: { type: 'object', additionalProperties: { ...digest, type: ['string', 'null'] } },
      tensorflow: {
        type: 'object',
        required: ['version', 'device'],
        additionalProperties: false,
        properties: { version: { type: 'string' }, device: { enum: ['cpu', 'gpu'] } },
      },
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

type WrittenStage = { readonly key: ActionKey; readonly outputs: Record<string, Digest> } & Partial<LockedParts>;

function toLocked({ key, outputs, code, params = {}, inputs = {}, env = {}, ...others }: WrittenStage): LockedStage {
  return { key, outputs, ...(code !== undefined && { parts: { code, params, inputs, env, ...others } }) };
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
