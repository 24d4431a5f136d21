import { dot, line, ruleX, text } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { figure } from '../../shared/text/format.ts';
import { metricsByTask } from '../inspect/history.ts';
import { trainingMetrics, validationMetrics } from '../train/loop/history.ts';
import type { StageHistory } from './known-artifacts.ts';

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly series: string;
  readonly stage: string;
}

/** Losses and accuracies by epoch over all training stages, the best epoch marked. */
export function curvesElement(histories: readonly StageHistory[]): JSX.Element {
  const loss = pointsOf(histories, (epoch) => ({ training: epoch.loss, validation: epoch.val_loss }));
  const accuracy = pointsOf(histories, (epoch) => ({ validation: epoch.val_weighted_acc }));
  const best = [...loss].filter(({ series }) => series === 'validation').sort((a, b) => a.value - b.value)[0];
  const starts = histories.filter(({ epochsBefore }) => epochsBefore > 0).map(({ epochsBefore }) => epochsBefore + 0.5);
  return (
    <>
      {best !== undefined && (
        <p>
          Least validation loss: {figure(best.value)}, in epoch {best.epoch} ({best.stage}).
        </p>
      )}
      <div class="pair">
        {lineChart('Loss', loss, starts, best)}
        {accuracy.length > 0 && lineChart('Weighted accuracy', accuracy, starts)}
        {otherMetrics(histories).map(({ metric, task }) => {
          const points = pointsOf(histories, (epoch) => ({
            training: trainingMetrics(epoch)[metric]?.[task],
            validation: validationMetrics(epoch)[metric]?.[task],
          }));
          return lineChart(`${metric.replaceAll('_', ' ')} of ${task}`, points, starts);
        })}
      </div>
    </>
  );
}

/** Returns the metrics of the tasks beside the accuracy, of which the weighted mean is shown. */
function otherMetrics(histories: readonly StageHistory[]) {
  const epochs = histories.flatMap((history) => history.epochs);
  return metricsByTask(epochs).filter(({ metric }) => metric !== 'acc');
}

function pointsOf(
  histories: readonly StageHistory[],
  valuesOf: (epoch: StageHistory['epochs'][number]) => Readonly<Record<string, number | undefined>>,
): readonly Point[] {
  return histories.flatMap(({ stage, epochsBefore, epochs }) =>
    epochs.flatMap((each) =>
      Object.entries(valuesOf(each)).flatMap(([series, value]) =>
        typeof value === 'number' && Number.isFinite(value)
          ? [{ epoch: epochsBefore + each.epoch, value, series, stage }]
          : [],
      ),
    ),
  );
}

/** Training is drawn dashed, so that the lines can be told apart without colours. */
function lineChart(name: string, points: readonly Point[], starts: readonly number[], best?: Point): JSX.Element {
  const { lines, isChain } = linesThrough(points);
  const hasTraining = points.some((point) => point.series === 'training');
  const label = `${name} by epoch: ${[...new Set(points.map((point) => point.series))].join(' (dashed) and ')}`;
  const options = {
    width: 480,
    height: 260,
    x: { label: 'epoch', ticks: epochTicks(points), tickFormat: 'd' },
    y: { label: name.toLowerCase(), grid: true, zero: name === 'Loss' },
    marks: [
      ruleX(starts, { stroke: 'currentColor', strokeOpacity: 0.25, strokeDasharray: '2,4' }),
      ...lines.map((each) =>
        line(each, {
          x: 'epoch',
          y: 'value',
          stroke: 'currentColor',
          ...(each[0]?.series === 'training' && { strokeDasharray: '4,3', strokeOpacity: 0.7 }),
        }),
      ),
      // A stage of one epoch that continues no other is a point, not a line.
      dot(points, { x: 'epoch', y: 'value', r: 1.5, fill: 'currentColor', stroke: 'none' }),
      // Lines of several trainings have their names.
      text(isChain ? [] : lines.flatMap((each) => each.slice(-1)).filter(({ series }) => series === 'validation'), {
        x: 'epoch',
        y: 'value',
        text: 'stage',
        textAnchor: 'end',
        dy: -6,
        fill: 'currentColor',
      }),
      ...(best === undefined ? [] : [dot([best], { x: 'epoch', y: 'value', r: 4, fill: 'currentColor' })]),
    ],
  };
  return chart(label, options, hasTraining ? 'dashed: training, solid: validation' : 'validation');
}

/** Returns one line for each series if the stages continue each other, and one for each stage otherwise. */
function linesThrough(points: readonly Point[]): {
  readonly lines: readonly (readonly Point[])[];
  readonly isChain: boolean;
} {
  const epochs = points.map(({ series, epoch }) => `${series} ${epoch}`);
  const isChain = new Set(epochs).size === points.length;
  const lineOf = ({ series, stage }: Point) => (isChain ? series : `${series} ${stage}`);
  const lines = [...new Set(points.map(lineOf))].map((each) =>
    points.filter((point) => lineOf(point) === each).sort((a, b) => a.epoch - b.epoch),
  );
  return { lines, isChain };
}

/** Returns at most ten whole epochs at equal distances. */
function epochTicks(points: readonly Point[]): number[] {
  const last = Math.max(1, ...points.map(({ epoch }) => epoch));
  const step = Math.ceil(last / 10);
  return Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
}
