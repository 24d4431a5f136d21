import type { JSX } from 'preact';
import { count } from '../../shared/text/format.ts';
import type { Evaluation, TaskEvaluation } from '../evaluate/evaluation.ts';
import type { EvaluatedSample } from '../evaluate/samples-table.ts';
import { called, cellId } from './classes-section.tsx';
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
  const byName = new Map(evaluation.tasks.map((task) => [task.name, task]));
  const suspected = evaluation.tasks.flatMap((task) => suspectedIn(task));
  const wrong = samples.filter(({ truth, predicted }) => truth !== predicted).sort((a, b) => b.loss - a.loss);
  const worst = wrong.slice(0, SHOWN_MISTAKES).map((sample) => mistake(sample, byName.get(sample.task)));
  const cells = cellsOf(evaluation, samples);
  return (
    <>
      <h3>Suspected label errors</h3>
      <p>
        {count(suspected.length)} labels are probably wrong, by confident learning. Look at the pictures before you
        correct one: a model that is wrong about a whole class suspects its labels, too.
        {suspected.length > SHOWN_ERRORS && ` The clearest ${SHOWN_ERRORS} are shown.`}
      </p>
      {await pictureList(suspected.slice(0, SHOWN_ERRORS), pictures)}
      <h3>Worst mistakes</h3>
      <p>
        {count(wrong.length)} of {count(samples.length)} samples have a wrong prediction.
        {wrong.length > SHOWN_MISTAKES && ` The ${SHOWN_MISTAKES} with the largest loss are shown.`}
      </p>
      {await pictureList(worst, pictures)}
      {cells.length > 0 && (
        <details>
          <summary>Mistakes by cell of the confusion matrices</summary>
          {
            await pictureList(
              cells.flatMap(({ id, task, members }) =>
                members
                  .slice(0, SHOWN_PER_CELL)
                  .map((sample, index) => ({ ...mistake(sample, task), ...(index === 0 && { id }) })),
              ),
              pictures,
            )
          }
        </details>
      )}
    </>
  );
}

function suspectedIn(task: TaskEvaluation): readonly Captioned[] {
  return task.label_errors.suspected.map(({ file, label, suggested, suggested_probability: probability }) => ({
    file,
    lines: [
      task.name,
      `label ${called(task, label)}`,
      `probably ${called(task, suggested)} (${probability.toFixed(2)})`,
    ],
  }));
}

function mistake(
  { file, task: name, truth, predicted, probabilities }: EvaluatedSample,
  task?: TaskEvaluation,
): Captioned {
  const say = (label: number) =>
    `${task === undefined ? label : called(task, label)} (${(probabilities[label] ?? 0).toFixed(2)})`;
  return { file, lines: [name, `true ${say(truth)}`, `predicted ${say(predicted)}`] };
}

interface MistakenCell {
  readonly id: string;
  readonly task: TaskEvaluation | undefined;
  readonly members: readonly EvaluatedSample[];
}

function cellsOf({ tasks }: Evaluation, samples: readonly EvaluatedSample[]): readonly MistakenCell[] {
  const numbers = new Map(tasks.map(({ name }, number) => [name, number]));
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
  return Array.from(cells, ([id, members]) => ({ id, task: tasks[numbers.get(members[0]?.task ?? '') ?? -1], members }))
    .sort((a, b) => b.members.length - a.members.length)
    .slice(0, SHOWN_CELLS);
}
