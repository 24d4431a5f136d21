import { dot, line, ruleX } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { figure } from '../../shared/text/format.ts';
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
      </div>
    </>
  );
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
  const lines = linesThrough(points);
  const hasTraining = points.some((point) => point.series === 'training');
  const label = `${name} by epoch: ${[...new Set(points.map((point) => point.series))].join(' (dashed) and ')}`;
  const options = {
    width: 480,
    height: 260,
    x: { label: 'epoch', ticks: 8, tickFormat: 'd' },
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
      ...(best === undefined ? [] : [dot([best], { x: 'epoch', y: 'value', r: 4, fill: 'currentColor' })]),
    ],
  };
  return chart(label, options, hasTraining ? 'dashed: training, solid: validation' : 'validation');
}

/** Returns one line for each series if the stages continue each other, and one for each stage otherwise. */
function linesThrough(points: readonly Point[]): readonly (readonly Point[])[] {
  const epochs = points.map(({ series, epoch }) => `${series} ${epoch}`);
  const isChain = new Set(epochs).size === points.length;
  const lineOf = ({ series, stage }: Point) => (isChain ? series : `${series} ${stage}`);
  return [...new Set(points.map(lineOf))].map((line) =>
    points.filter((point) => lineOf(point) === line).sort((a, b) => a.epoch - b.epoch),
  );
}
