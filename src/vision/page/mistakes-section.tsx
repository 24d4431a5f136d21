import type { JSX } from 'preact';
import { count } from '../../shared/text/format.ts';
import { wordsOf } from '../evaluate/evaluated-words.ts';
import type { Evaluation, TaskEvaluation } from '../evaluate/evaluation.ts';
import { type EvaluatedSample, isMistake } from '../evaluate/samples-table.ts';
import { suspectedIn } from '../evaluate/suspected-words.ts';
import { cellId, confusedTasks } from './classes-section.tsx';
import { type Captioned, type Pictures, pictureList } from './pictures.tsx';

const SHOWN_ERRORS = 24;
const SHOWN_MISTAKES = 24;
/** For each cell of a confusion matrix, and in all. */
const [SHOWN_PER_CELL, SHOWN_CELLS] = [3, 80];

/** The ids of the cells of which there are pictures: the fullest ones. */
export function picturedCells(evaluation: Evaluation, samples: readonly EvaluatedSample[]): ReadonlySet<string> {
  const cells = cellsOf(evaluation, samples);
  return new Set(cells.map(({ id }) => id));
}

/** The worst mistakes, suspected label errors, and the mistakes of each cell of the confusion matrices. */
export async function mistakesElement(
  evaluation: Evaluation,
  samples: readonly EvaluatedSample[],
  pictures: Pictures,
): Promise<JSX.Element> {
  const byLoss = [...samples].sort((a, b) => b.loss - a.loss);
  const numbers = byLoss.filter(({ kind }) => kind === 'numbers');
  const wrong = byLoss.filter((sample) => isMistake(sample) === true);
  const cells = cellsOf(evaluation, samples);
  return (
    <>
      {numbers.length < samples.length && (
        <>
          {await suspectedList(evaluation.tasks, pictures)}
          <h3>Worst mistakes</h3>
          <p>
            {count(wrong.length)} of {count(samples.length - numbers.length)} samples have a wrong prediction.
            {wrong.length > SHOWN_MISTAKES && ` The ${SHOWN_MISTAKES} with the largest loss are shown.`}
          </p>
          {await pictureList(wrong.slice(0, SHOWN_MISTAKES).map(captioned), pictures)}
        </>
      )}
      {numbers.length > 0 && (
        <>
          <h3>Largest errors of numbers</h3>
          {await pictureList(numbers.slice(0, SHOWN_MISTAKES).map(captioned), pictures)}
        </>
      )}
      {cells.length > 0 && (
        <details>
          <summary>Mistakes by cell of the confusion matrices</summary>
          {
            await pictureList(
              cells.flatMap(({ id, members }) =>
                members
                  .slice(0, SHOWN_PER_CELL)
                  .map((sample, index) => ({ ...captioned(sample), ...(index === 0 && { id }) })),
              ),
              pictures,
            )
          }
        </details>
      )}
    </>
  );
}

async function suspectedList(tasks: readonly TaskEvaluation[], pictures: Pictures): Promise<JSX.Element> {
  const suspected = tasks.flatMap((task) =>
    suspectedIn(task).map(({ file, label, probably }) => ({
      file,
      lines: [task.name, `label ${label}`, `probably ${probably}`],
    })),
  );
  return (
    <>
      <h3>Suspected label errors</h3>
      <p>
        {count(suspected.length)} labels are probably wrong, by confident learning. Look at the pictures before you
        correct one: a model that is wrong about a whole class suspects its labels, too.
        {suspected.length > SHOWN_ERRORS && ` The clearest ${SHOWN_ERRORS} are shown.`}
      </p>
      {await pictureList(suspected.slice(0, SHOWN_ERRORS), pictures)}
    </>
  );
}

function captioned(sample: EvaluatedSample): Captioned {
  const { truth, predicted } = wordsOf(sample);
  return { file: sample.file, lines: [sample.task, `true ${truth}`, `predicted ${predicted}`] };
}

interface MistakenCell {
  readonly id: string;
  readonly members: readonly EvaluatedSample[];
}

function cellsOf(evaluation: Evaluation, samples: readonly EvaluatedSample[]): readonly MistakenCell[] {
  const numbers = new Map(confusedTasks(evaluation).map(([number, { name }]) => [name, number]));
  const cells = new Map<string, EvaluatedSample[]>();
  for (const sample of samples) {
    const { task, truth, predicted } = sample;
    const number = numbers.get(task);
    if (truth === predicted || number === undefined) continue;
    const id = cellId(number, truth, predicted);
    const members = cells.get(id) ?? [];
    members.push(sample);
    cells.set(id, members);
  }
  return Array.from(cells, ([id, members]) => ({ id, members }))
    .sort((a, b) => b.members.length - a.members.length)
    .slice(0, SHOWN_CELLS);
}
