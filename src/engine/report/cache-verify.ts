import { plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Affected, Damage, Integrity } from '../cache/housekeeping/integrity.ts';
import type { ActionKey } from '../fingerprint/digest.ts';

/** Which results belong to the pipeline as it stands; `unknown` where it can't be read. */
export type Age = 'current' | 'old' | 'unknown';

/** What was found damaged in a cache, what that costs, and what happens next. */
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
  if (cancelled) return [...lines, `${paint('yellow', 'interrupted')}: not everything has been read`].join('\n');
  if (damages.length === 0) return `${paint('green', 'whole')}: ${all}`;
  return [
    ...lines,
    '',
    `${paint('red', 'damaged')}: ${plural(damages.length, 'fault')} among ${all}; what was damaged has been taken away`,
    `${paint('cyan', '→')} pipeline run   makes what is needed of it again`,
    `${paint('cyan', '→')} Damaged more than once? Then look after the disk or the memory.`,
  ].join('\n');
}

/** The stages and outputs that a damage costs. */
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
      return `content ${damage.digest.slice(0, 12)}… is damaged`;
    case 'action':
      return `the record of action ${damage.key.slice(0, 12)}… is damaged`;
    case 'incomplete':
      return `action ${damage.key.slice(0, 12)}… lacks its outputs`;
    case 'run':
      return `the record of run ${damage.run} is damaged`;
    case 'strange':
      return 'this is nothing that the cache has made';
    default:
      return damage satisfies never;
  }
}

const WORDS: Readonly<Record<Age, string>> = {
  current: 'current',
  old: 'of an earlier state of the pipeline',
  unknown: '',
};

function effects(damage: Damage, ageOf: (key: ActionKey) => Age): string[] {
  const effects = affectedBy(damage).map(({ stage, output, key }) => {
    const name = output === undefined ? stage : `${stage}.${output}`;
    return [name, WORDS[ageOf(key)]].filter((word) => word !== '').join(', ');
  });
  if (effects.length > 0) return [...new Set(effects)];
  return damage.kind === 'object' ? ['no action needs it'] : [];
}
