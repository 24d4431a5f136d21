import type { Json } from '../../shared/json.ts';
import { columns, duration, figure } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Pair, StageComparison } from '../cache/history/compare-runs.ts';
import { verdictOn } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';

/** Describes two runs side by side: the params that differ, all metrics, and the stages. */
export function describeRunDiff(
  before: RunRecord,
  now: RunRecord,
  stages: readonly StageComparison[],
  paint: Paint,
): string {
  const blocks = [
    columns([
      ['-', before.run, verdictOn(before), duration(before.seconds)],
      ['+', now.run, verdictOn(now), duration(now.seconds)],
    ]),
  ];
  const block = (title: string, rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) blocks.push(`${paint('bold', title)}\n${trimmed(columns(rows.map((row) => ['', ...row])))}`);
  };
  block('params', stages.flatMap(paramRows));
  block('metrics', stages.flatMap(metricRows));
  block('stages', stages.map(stageRow));
  const unknown = stages.filter(({ params }) => params === undefined);
  if (unknown.length > 0) blocks.push('One of the runs was recorded by a version that did not record params.');
  if (before.run === now.run) blocks.push('Both arguments refer to the same run.');
  return blocks.join('\n\n');
}

function paramRows({ stage, params = {} }: StageComparison): string[][] {
  return Object.entries(params).map(([name, { before, now }]) => [`${stage}.${name}`, value(before), '→', value(now)]);
}

function metricRows({ stage, metrics }: StageComparison): string[][] {
  return Object.entries(metrics).map(([name, pair]) => {
    const [before, now] = figures(pair);
    return [`${stage}.${name}`, ...(before === now ? [before] : [before, '→', now, difference(pair)])];
  });
}

/** Formats two numbers with as many digits as are needed to distinguish them. */
function figures({ before, now }: Pair<number>): [string, string] {
  if (before === undefined || now === undefined) return [before, now].map(shown) as [string, string];
  for (let digits = 4; digits < 17; digits++) {
    const [a, b] = [before, now].map((each) => figure(each, digits)) as [string, string];
    if (a !== b || before === now) return [a, b];
  }
  return [String(before), String(now)];
}

function shown(metric: number | undefined): string {
  return metric === undefined ? '–' : figure(metric);
}

function stageRow({ stage, outcome, seconds, keyChanged, outputsChanged }: StageComparison): string[] {
  const { before, now } = outcome;
  const words = [
    ...(keyChanged === true ? ['different key'] : keyChanged === false ? ['same key'] : []),
    ...outputsChanged.map((output) => `${output} differs`),
  ];
  const outcomes = before === now ? (now ?? '') : `${before ?? 'not there'} → ${now ?? 'not there'}`;
  return [stage, outcomes, took(seconds), words.join(', ')];
}

function took({ before, now }: Pair<number>): string {
  if (!before && !now) return '';
  const [a, b] = [before, now].map((each) => (each === undefined ? '–' : duration(each)));
  return a === b ? (b ?? '') : `${a} → ${b}`;
}

/** Returns the difference as `+0.0012` or `-3`; empty if both numbers are equal. */
export function difference({ before, now }: Pair<number>): string {
  if (before === undefined || now === undefined || before === now) return '';
  // Digits beyond those of the numbers themselves are rounding errors of binary fractions.
  const scale = Math.max(Math.abs(before), Math.abs(now));
  const delta = Number((now - before).toFixed(Math.min(100, Math.max(0, 12 - Math.ceil(Math.log10(scale))))));
  const amount = figure(delta === 0 ? now - before : delta);
  return now > before ? `+${amount}` : amount;
}

function value(item: Json | undefined): string {
  if (item === undefined) return '–';
  return typeof item === 'string' && item !== '' ? item : JSON.stringify(item);
}

function trimmed(lines: string): string {
  return lines.replaceAll(/ +$/gm, '');
}
