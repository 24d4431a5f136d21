import { dot, line } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import type { ClassTaskEvaluation } from '../evaluate/tasks/class-task.ts';
import { confusedTasks } from './classes-section.tsx';

/** How far probabilities can be believed. */
export function calibrationElement(evaluation: Evaluation): JSX.Element {
  return (
    <>
      <p>
        Samples in 15 bins of equal size by the probability of their predicted class. Points below the diagonal are
        answers that the model is too sure of.
      </p>
      <div class="pair">{confusedTasks(evaluation).map(([, task]) => taskChart(task))}</div>
    </>
  );
}

function taskChart({ name, calibration, metrics }: ClassTaskEvaluation): JSX.Element {
  const error = metrics.calibration_error.value;
  const title = `${name}${error === null ? '' : `, calibration error ${error.toFixed(4)}`}`;
  return (
    <div key={name}>
      <h3>{title}</h3>
      {chart(`Accuracy by predicted probability, ${title}`, {
        width: 320,
        height: 240,
        x: { label: 'mean probability', domain: [0, 1], ticks: 5 },
        y: { label: 'accuracy', domain: [0, 1], ticks: 5, grid: true },
        marks: [
          line(
            [
              [0, 0],
              [1, 1],
            ],
            { stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '3,3' },
          ),
          dot([...calibration], { x: 'confidence', y: 'accuracy', r: 3.5, fill: 'currentColor' }),
        ],
      })}
    </div>
  );
}
