import { plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import { joinLines } from '../../shared/text/visible.ts';
import type { Affected, Damage, Integrity } from '../cache/housekeeping/integrity.ts';
import type { ActionKey } from '../fingerprint/digest.ts';

/** Whether a result belongs to the current pipeline; `unknown` if the pipeline cannot be read. */
export type Age = 'current' | 'old' | 'unknown';

/** Returns whether `cache verify` deletes this. `yes`: whether the user wants unknown files deleted, too. */
export function isDeleted({ kind }: Damage, yes: boolean): boolean {
  return kind === 'strange' ? yes : kind !== 'root';
}

/** Describes the corrupted and unknown entries of a cache, the results they affect, and what to do next. */
export function describeIntegrity(
  { damages, objects, actions, runs, cancelled }: Integrity,
  yes: boolean,
  ageOf: (key: ActionKey) => Age,
  paint: Paint,
): string {
  const lines = damages.flatMap((damage) => [
    `${damage.kind === 'strange' ? paint('yellow', '?') : paint('red', '✗')} ${subject(damage)}  ${paint('dim', joinLines(damage.path))}`,
    ...effects(damage, ageOf).map((effect) => `    ${effect}`),
  ]);
  const all = `${plural(objects, 'object')}, ${plural(actions, 'action')}, ${plural(runs, 'run')}`;
  if (cancelled) return [...lines, `${paint('yellow', 'interrupted')}: not everything has been checked`].join('\n');
  if (damages.length === 0) return `${paint('green', 'intact')}: ${all}`;
  return [...lines, '', ...corruptedLines(damages, all, paint), ...unknownLines(damages, yes, paint)].join('\n');
}

function corruptedLines(damages: readonly Damage[], all: string, paint: Paint): string[] {
  const corrupted = damages.filter(({ kind }) => kind !== 'strange');
  if (corrupted.length === 0) return [`${paint('green', 'intact')}: ${all}`];
  const roots = corrupted.filter(({ kind }) => kind === 'root').length;
  const advice: string[] = [];
  if (corrupted.length > roots) advice.push('To recompute what is needed: pipeline run');
  if (roots > 0)
    advice.push('To write again what a project needs, run its pipeline. Until then, cache gc deletes no results.');
  advice.push('If this happens repeatedly, check the disk and the memory of this machine.');
  const rest = corrupted.length > roots ? '; corrupted results and run records were deleted' : '';
  return [
    `${paint('red', 'corrupted')}: ${plural(corrupted.length, 'item')} among ${all}${rest}`,
    ...advice.map((line) => `${paint('cyan', '→')} ${line}`),
  ];
}

function unknownLines(damages: readonly Damage[], yes: boolean, paint: Paint): string[] {
  const count = damages.filter(({ kind }) => kind === 'strange').length;
  if (count === 0) return [];
  const head = `${paint('yellow', 'unknown')}: ${plural(count, 'item')} that the cache did not create`;
  if (yes) return [`${head}; deleted`];
  return [head, `${paint('cyan', '→')} To delete unknown files: pipeline cache verify --yes`];
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
    case 'root':
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
    case 'root':
      return `the record ${damage.root.slice(0, 12)}… of what a project needs is corrupted`;
    case 'strange':
      return 'not created by the cache';
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
