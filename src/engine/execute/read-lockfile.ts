import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import { isObject } from '../../shared/shapes.ts';
import type { MachineClass } from '../cache/records.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import { check, compile } from '../plan/schema-problems.ts';
import { parseYaml, type YamlPath } from '../plan/source.ts';
import type { LockedParts, LockedStage, Lockfile } from './lockfile.ts';

const RESTORE = 'Restore the last committed version, or regenerate it: pipeline run';

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const digests = { type: 'object', additionalProperties: digest };
const facts = { type: 'object', additionalProperties: { type: 'string' } };

const lockfileSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['key', 'outputs'],
    dependencies: Object.fromEntries(
      ['packages', 'params', 'inputs', 'env', 'runtime'].map((part) => [part, ['code']]),
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
      machine: { type: 'object', additionalProperties: facts },
    },
  },
};

/** Reads the lockfile at `path`, which is called `file` in messages. Returns nothing if there is none. */
export function readLockfile(path: string, file: string): Result<Lockfile | undefined> {
  const text = readText(path, 'lockfile', 'follow');
  if (text.ok) return parseLockfile(file, text.value);
  if (text.failure.kind === 'missing') return success(undefined);
  return problem(`cannot read the lockfile: ${text.failure.reason}`, { at: { file }, advice: RESTORE });
}

/** Parses and validates the text of a lockfile. Every problem has a location. */
export function parseLockfile(file: string, text: string): Result<Lockfile> {
  const conflicts = conflictMarkers(file, text);
  if (conflicts.length > 0) return failure(conflicts);
  const source = parseYaml(file, text);
  if (!source.ok) return failure(source.failure.map((fault) => ({ ...fault, advice: RESTORE })));
  const { value, place } = source.value;
  if (value === null || value === undefined) {
    return problem('the lockfile is empty', { at: { file, line: 1, column: 1 }, advice: RESTORE });
  }
  const problems = check(compile(lockfileSchema), toCurrentFormat(value), {
    name: nameOf,
    unknown: (path, key) => `key "${key}" in ${nameOf(path)}`,
    place,
  });
  if (problems.length > 0) return failure(problems.map((fault) => ({ ...fault, advice: RESTORE })));
  const stages = Object.entries(toCurrentFormat(value) as Record<string, WrittenStage>);
  return success(new Map(stages.map(([name, written]) => [name, toLocked(written)])));
}

/** Converts the format of an earlier version, in which the facts of each runtime were a top-level part. */
function toCurrentFormat(lockfile: unknown): unknown {
  if (!isObject(lockfile)) return lockfile;
  const known = Object.keys(lockfileSchema.additionalProperties.properties);
  const stages = Object.entries(lockfile).map(([name, stage]) => {
    if (!isObject(stage)) return [name, stage];
    const isOld = ([key, value]: [string, unknown]) => !known.includes(key) && isObject(value);
    const facts = Object.fromEntries(Object.entries(stage).filter(isOld));
    const rest = Object.entries(stage).filter((entry) => !isOld(entry));
    return [name, Object.keys(facts).length === 0 ? stage : { runtime: facts, ...Object.fromEntries(rest) }];
  });
  return Object.fromEntries(stages);
}

interface WrittenStage extends Partial<LockedParts> {
  readonly key: ActionKey;
  readonly outputs: Record<string, Digest>;
  readonly machine?: MachineClass;
}

function toLocked({ key, outputs, machine, ...parts }: WrittenStage): LockedStage {
  const { code, packages, params = {}, inputs = {}, env = {}, runtime = {} } = parts;
  const result = { key, outputs, ...(machine && { machine }) };
  if (code === undefined) return result;
  const known = { code, params, inputs, env, runtime };
  return { ...result, parts: { ...known, ...(packages && { packages }) } };
}

/** Returns a problem for each unresolved merge conflict. */
function conflictMarkers(file: string, text: string): Problem[] {
  return text.split(/\r?\n/).flatMap((line, index): Problem[] =>
    /^<{7}( |$)/.test(line)
      ? [
          {
            message: 'unresolved merge conflict',
            at: { file, line: index + 1, column: 1, length: line.length },
            advice: `Take either side (git checkout --theirs ${file}), then regenerate it: pipeline run`,
          },
        ]
      : [],
  );
}

function nameOf([stage, ...rest]: YamlPath): string {
  if (stage === undefined) return 'the lockfile';
  return rest.length === 0 ? `stage "${stage}"` : `"${rest.join('.')}" of stage "${stage}"`;
}
