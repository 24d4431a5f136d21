import { plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Affected, Damage, Integrity } from '../cache/housekeeping/integrity.ts';
import type { ActionKey } from '../fingerprint/digest.ts';

/** Whether a result belongs to the current pipeline; `unknown` if the pipeline cannot be read. */
export type Age = 'current' | 'old' | 'unknown';

/** Describes the corrupted entries of a cache, the results they affect, and what to do next. */
export function describeIntegrity(
  { damages, objects, actions, runs, cancelled }: Integrity,
  ageOf: (key: ActionKey) => Age,
  paint: Paint,
): string {
  const lines = damages.flatMap((damage) => [
    `${paint('red', '✗')} ${subject(damage)}  ${paint('dim', damage.path)}`,
    ...effects(damage, ageOf).map((effect) => `    ${effect}`),
  ]);
  const all = `${plural(objects, 'object')}, ${plural(actions, 'action')}, ${plural(runs, 'run')}`;
  if (cancelled) return [...lines, `${paint('yellow', 'interrupted')}: not everything has been checked`].join('\n');
  if (damages.length === 0) return `${paint('green', 'intact')}: ${all}`;
  return [
    ...lines,
    '',
    `${paint('red', 'corrupted')}: ${plural(damages.length, 'item')} among ${all}; corrupted items were deleted`,
    `${paint('cyan', '→')} To recompute what is needed: pipeline run`,
    `${paint('cyan', '→')} If this happens repeatedly, check the disk and the memory of this machine.`,
  ].join('\n');
}

/** Returns the stages and outputs that a corrupted entry affects. */
export function affectedBy(damage: Damage): readonly (Omit<Affected, 'output'> & { readonly output?: string })[] {
  switch (damage.kind) {
    case 'object':
    case 'incomplete':
      return damage.affects;
    case 'action':
      return damage.stage === undefined ? [] : [{ stage: damage.stage, key: damage.key }];
    case 'run':
    case 'strange':
      return [];
    default:
      return damage satisfies never;
  }
}

function subject(damage: Damage): string {
  switch (damage.kind) {
    case 'object':
      return `content ${damage.digest.slice(0, 12)}… is corrupted`;
    case 'action':
      return `the record of action ${damage.key.slice(0, 12)}… is corrupted`;
    case 'incomplete':
      return `action ${damage.key.slice(0, 12)}… lacks outputs`;
    case 'run':
      return `the record of run ${damage.run} is corrupted`;
    case 'strange':
      return 'unexpected file, not created by the cache';
    default:
      return damage satisfies never;
  }
}

const WORDS: Readonly<Record<Age, string>> = {
  current: 'current',
  old: 'from an earlier state of the pipeline',
  unknown: '',
};

function effects(damage: Damage, ageOf: (key: ActionKey) => Age): string[] {
  const effects = affectedBy(damage).map(({ stage, output, key }) => {
    const name = output === undefined ? stage : `${stage}.${output}`;
    return [name, WORDS[ageOf(key)]].filter((word) => word !== '').join(', ');
  });
  if (effects.length > 0) return [...new Set(effects)];
  return damage.kind === 'object' ? ['not referenced by any action'] : [];
}
