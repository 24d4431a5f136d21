import { dot, line } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { spread } from '../data/shards/spread.ts';
import { numbersIn } from '../data/tables/label-kind.ts';
import type { EvaluatedSample } from '../evaluate/samples-table.ts';

/** More points could not be told apart, and would make the page large. */
const MOST_POINTS = 500;

interface Point {
  readonly truth: number;
  readonly predicted: number;
}

/** The predicted numbers beside the true ones. */
export function numbersElement(samples: readonly EvaluatedSample[]): JSX.Element {
  const series = new Map<string, Point[]>();
  for (const { kind, task, label, answer, classNames } of samples) {
    if (kind !== 'numbers') continue;
    const [truths, predictions] = [numbersIn(label), numbersIn(answer)];
    for (const [index, truth] of truths.entries()) {
      const predicted = predictions[index] ?? Number.NaN;
      if (!Number.isFinite(truth) || !Number.isFinite(predicted)) continue;
      const name = truths.length === 1 ? task : `${task}: ${classNames?.[index] ?? index}`;
      const points = series.get(name) ?? [];
      points.push({ truth, predicted });
      series.set(name, points);
    }
  }
  return (
    <>
      <p>Each point is a sample. On the diagonal, the prediction is the true number.</p>
      <div class="pair">{Array.from(series, ([name, points]) => numberChart(name, points))}</div>
    </>
  );
}

function numberChart(name: string, all: readonly Point[]): JSX.Element {
  const points = spread(all.length, MOST_POINTS).flatMap((at) => all[at] ?? []);
  const values = points.flatMap(({ truth, predicted }) => [truth, predicted]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (
    <div key={name}>
      <h3>{name}</h3>
      {chart(`Predicted by true number, ${name}`, {
        width: 320,
        height: 260,
        x: { label: 'true', ticks: 5 },
        y: { label: 'predicted', ticks: 5, grid: true },
        marks: [
          line(
            [
              [least, least],
              [most, most],
            ],
            { stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '3,3' },
          ),
          dot(points, { x: 'truth', y: 'predicted', r: 2, fill: 'currentColor', fillOpacity: 0.5 }),
        ],
      })}
    </div>
  );
}
