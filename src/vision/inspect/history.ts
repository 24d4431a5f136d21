import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { evenlySpread } from '../../shared/files.ts';
import { bytes, figure, plural } from '../../shared/text/format.ts';
import { cut, cutMiddle, displayWidth, oneLine } from '../../shared/text/table.ts';
import { type EpochMetrics, validationMetrics } from '../train/loop/history.ts';
import { titledTable } from './titled-table.ts';

const BARS = '▁▂▃▄▅▆▇█';
const LONGEST_NAME = 24;
/** Columns of the table beside the names and the curves: four figures with the gaps before them. */
const FIGURES_WIDTH = 40;
const [INDENT, GAP] = [2, 2];

/** Shows the history of a training as curves; with `--json` it stays JSON. */
export const historyViewer: Viewer = {
  async inspect(viewed, others) {
    const epochs = epochsIn(viewed.json()?.value);
    if (epochs === undefined) return undefined;
    const { content } = await others();
    return { content, describe: (view) => describeHistory(epochs, viewed.bytes, view) };
  },
};

/** Returns the epochs of a `history.json`; nothing for other JSON. */
export function epochsIn(value: unknown): readonly EpochMetrics[] | undefined {
  const { epochs } = (value ?? {}) as { readonly epochs?: unknown };
  return Array.isArray(epochs) && epochs.length > 0 && epochs.every(isEpoch) ? epochs : undefined;
}

function isEpoch(value: unknown): value is EpochMetrics {
  const { epoch, loss } = (value ?? {}) as Partial<EpochMetrics>;
  return typeof epoch === 'number' && typeof loss === 'number';
}

interface Curve {
  readonly name: string;
  /** By epoch. NaN where there is none. */
  readonly values: readonly number[];
  /** The index of the best epoch, if one value is better than another. */
  readonly best: number | undefined;
}

function describeHistory(epochs: readonly EpochMetrics[], size: number, view: View): string[] {
  const curves = curvesOf(epochs);
  const names = curves.map(({ name }) => cutMiddle(oneLine(name), LONGEST_NAME));
  const nameWidth = Math.max(...names.map(displayWidth));
  const width = Math.max(BARS.length, lineWidth(view) - INDENT - nameWidth - GAP - FIGURES_WIDTH);
  const shown = evenlySpread(epochs.length, width);
  const rows = curves.map(({ values, best }, row) => [
    names[row] ?? '',
    sparkline(shown.map((at) => values[at] ?? Number.NaN)),
    ...[values[0], best === undefined ? undefined : values[best]].map(number),
    best === undefined ? '' : String(epochs[best]?.epoch),
    number(values.at(-1)),
  ]);
  const table = titledTable([['metric', 'curve', 'first', 'best', 'epoch', 'last'], ...rows], view);
  const decisive = curves.find(({ name }) => name === 'val_loss') ?? curves.find(({ name }) => name === 'loss');
  // In a narrow terminal the table shortens names. The loss comes first, and each epoch has one.
  const start = table[1]?.indexOf(rows[0]?.[1] ?? '') ?? 0;
  return [
    `history of ${plural(epochs.length, 'epoch')}, ${bytes(size)}`,
    ...table,
    ...markedBest(decisive, epochs, shown, start, view),
  ];
}

function curvesOf(epochs: readonly EpochMetrics[]): readonly Curve[] {
  const curve = (name: string, read: (epoch: EpochMetrics) => unknown, better?: 'less' | 'more'): Curve => {
    const values = epochs.map((epoch) => {
      const value = read(epoch);
      return typeof value === 'number' ? value : Number.NaN;
    });
    const finite = values.filter(Number.isFinite);
    const best = better === 'less' ? Math.min(...finite) : Math.max(...finite);
    return { name, values, best: better === undefined || finite.length === 0 ? undefined : values.indexOf(best) };
  };
  const tasks = metricsByTask(epochs).map(({ metric, task }) => {
    const values = (epoch: EpochMetrics) => validationMetrics(epoch)[metric]?.[task];
    return curve(`val_${metric}/${task}`, values, BETTER[metric]);
  });
  return [
    curve('loss', ({ loss }) => loss, 'less'),
    curve('val_loss', ({ val_loss: loss }) => loss, 'less'),
    curve('val_weighted_acc', ({ val_weighted_acc: accuracy }) => accuracy, 'more'),
    ...tasks,
    curve('learning_rate', ({ learning_rate: rate }) => rate),
  ].filter(({ values }) => values.some(Number.isFinite));
}

/** The direction of the metrics of the built-in heads. Of others it is not known which epoch is the best. */
const BETTER: Readonly<Record<string, 'less' | 'more'>> = { acc: 'more', mae: 'less' };

/** Returns the validation metrics of the tasks. An only accuracy is the weighted one. */
export function metricsByTask(
  epochs: readonly EpochMetrics[],
): readonly { readonly metric: string; readonly task: string }[] {
  const tasks = new Map<string, Set<string>>();
  for (const epoch of epochs)
    for (const [metric, values] of Object.entries(validationMetrics(epoch)))
      tasks.set(metric, new Set([...(tasks.get(metric) ?? []), ...Object.keys(values)]));
  return [...tasks].flatMap(([metric, names]) =>
    metric === 'acc' && names.size === 1 ? [] : Array.from(names, (task) => ({ metric, task })),
  );
}

/** Returns a bar for each value, from the smallest to the largest, and a space where there is none. */
function sparkline(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const bars = values.map((value) => {
    if (!Number.isFinite(value)) return ' ';
    const share = most > least ? (value - least) / (most - least) : 0;
    return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))];
  });
  return bars.join('');
}

/** Returns the lines that mark the best epoch below the curves, which begin in column `start`. */
function markedBest(
  curve: Curve | undefined,
  epochs: readonly EpochMetrics[],
  shown: readonly number[],
  start: number,
  view: View,
): string[] {
  if (curve?.best === undefined) return [];
  const { name, best } = curve;
  const nearest = shown.findLastIndex((at) => at <= best);
  const column = start + nearest;
  const words = `best epoch ${epochs[best]?.epoch}: least ${name}`;
  if (column + 2 + words.length <= lineWidth(view)) return [`${' '.repeat(column)}▲ ${words}`];
  if (words.length + 1 <= column) return [`${words} ▲`.padStart(column + 1)];
  return [`${' '.repeat(column)}▲`, cut(`  ${words}`, lineWidth(view))];
}

function number(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : figure(value);
}
