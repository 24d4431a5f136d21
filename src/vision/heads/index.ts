import { kindOf, type LabelKind } from '../data/tables/label-kind.ts';
import type { Head, Heads, HeadTask } from './head.ts';
import { ordinal } from './ordinal.ts';
import { regression } from './regression.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';

/** The heads by kind of label that a task has unless the code of a stage gives another one. */
const DEFAULTS: Readonly<Record<LabelKind, Head>> = {
  class: softmax(),
  classes: sigmoid(),
  ordered: ordinal(),
  numbers: regression(),
};

/** The heads that every stage has, by their names. */
const BUILT_IN: ReadonlyMap<string, Head> = new Map(Object.values(DEFAULTS).map((head) => [head.name, head]));

/** Returns the name of the head that a task has by default. */
export function defaultHead(task: Pick<HeadTask, 'kind'>): string {
  return DEFAULTS[kindOf(task)].name;
}

/**
 * Returns the head of a task by the name that the task has.
 *
 * @param heads those of the stage, besides the built-in ones, by task.
 */
export function headOf(task: HeadTask, heads: Heads = {}): Head | undefined {
  const name = task.head ?? defaultHead(task);
  const given = Object.hasOwn(heads, task.name) ? heads[task.name] : undefined;
  return given?.name === name ? given : BUILT_IN.get(name);
}

/** Returns the names of the metrics that a head has besides those of the built-in head of its name, if there is one. */
export function ownMetricNames({ name, metrics }: Head): readonly string[] {
  const known = BUILT_IN.get(name)?.metrics ?? {};
  return Object.keys(metrics).filter((metric) => !Object.hasOwn(known, metric));
}
