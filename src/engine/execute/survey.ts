import type { JsonObject } from '../../shared/json.ts';
import { success } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import { readDocument } from '../fingerprint/action-key.ts';
import { type ActionKey, canonicalJson, type Digest } from '../fingerprint/digest.ts';
import type { CommandTemplate } from '../plan/command-template.ts';
import type { Plan } from '../plan/plan.ts';
import { before, type Selection } from '../plan/select.ts';
import type { StageResult } from './events.ts';
import { execute } from './execute.ts';
import type { Services } from './services.ts';
import { codeOf, keyOf, PathInputs } from './stage-key.ts';

/** The input paths that a command has looked at: what it says of them is consistent, and they are read once. */
const seen = new WeakMap<Services, PathInputs>();

/** Returns what each of the named stages and their upstream stages would do now. Runs nothing. */
export async function survey(services: Services, names: readonly string[]): Promise<ReadonlyMap<string, StageResult>> {
  const { signal } = services.threads;
  const select = (plan: Plan): Selection => ({ stages: before(plan, names), forced: new Set(), cachedOnly: new Set() });
  const { stages } = await execute(services, {
    selection: select(services.plan),
    select: (plan) => success(select(plan)),
    purpose: 'dry-run',
    keepGoing: true,
    signal,
    emit: services.emit,
    inputs: inputsOf(services),
  });
  signal.throwIfAborted();
  return new Map(stages.map((stage) => [stage.name, stage]));
}

/** The key of a stage, and the record under it, whether or not its outputs are still in the cache. */
export interface KnownKey {
  readonly key: ActionKey;
  readonly record: ActionRecord | undefined;
}

/**
 * Returns the keys of the named stages and their upstream stages, as far as records tell. Looks at input paths, but not
 * at what is in the cache, which takes long for an output of many files.
 */
export async function keysOf(services: Services, names: Iterable<string>): Promise<ReadonlyMap<string, KnownKey>> {
  const { plan, stores } = services;
  const wanted = before(plan, names);
  const known = new Map<string, KnownKey>();
  const outputsOf = (stage: string) =>
    Object.fromEntries(
      Object.entries(known.get(stage)?.record?.outputs ?? {}).map(([name, { digest }]): [string, Digest] => [
        name,
        digest,
      ]),
    );
  for (const stage of plan.stages) {
    const isKnowable = !stage.isOpen && stage.dependencies.every((name) => known.get(name)?.record !== undefined);
    if (!wanted.has(stage.name) || !isKnowable) continue;
    const key = await keyOf(stage, services, inputsOf(services), (name) => ({ outputs: outputsOf(name) }));
    if (key.ok) known.set(stage.name, { key: key.value.key, record: await stores.actions.lookUp(key.value.key) });
  }
  return known;
}

/** Returns the stages that some of these results may belong to, by what determines a key apart from inputs. */
export function possibleStages(records: readonly ActionRecord[], services: Services): readonly string[] {
  const recorded = new Set(
    records.map(({ document }) => textOf(readDocument(document).command?.run ?? document.code, document.params)),
  );
  return services.plan.stages
    .filter((stage) =>
      recorded.has(
        textOf(stage.kind === 'command' ? stage.command.template : codeOf(stage, services).digest, stage.params),
      ),
    )
    .map(({ name }) => name);
}

function textOf(program: CommandTemplate, params: JsonObject): string {
  return canonicalJson([program, params]);
}

function inputsOf(services: Services): PathInputs {
  const inputs = seen.get(services) ?? new PathInputs(services, services.emit);
  seen.set(services, inputs);
  return inputs;
}
