import type { JSX } from 'preact';
import { DataTable } from '../../shared/page/data-table.tsx';
import { count } from '../../shared/text/format.ts';
import type { Estimate, Evaluation, TaskEvaluation } from '../evaluate/evaluation.ts';
import type { EvaluatedSample } from '../evaluate/samples-table.ts';
import { called } from './classes-section.tsx';
import { type Captioned, type Pictures, pictureList } from './pictures.tsx';

const SHOWN = 16;

/** An evaluation with its samples. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly samples: readonly EvaluatedSample[];
}

/** What differs between the evaluations of two runs: metrics by task, and the images whose prediction flipped. */
export async function changesElement(before: Evaluated, now: Evaluated, pictures: Pictures): Promise<JSX.Element> {
  const earlier = new Map(before.evaluation.tasks.map((task) => [task.name, task]));
  const rows = now.evaluation.tasks.map(({ name, metrics }) => {
    const known = earlier.get(name)?.metrics;
    return [
      name,
      ...pair(known?.accuracy, metrics.accuracy),
      ...pair(known?.average_precision, metrics.average_precision),
      ...pair(known?.log_loss, metrics.log_loss),
    ];
  });
  const flipped = flips(before.samples, now.samples);
  const tasks = new Map(now.evaluation.tasks.map((task) => [task.name, task]));
  const columns = ['accuracy', 'average precision', 'log loss'].flatMap((name) => [
    { name: `${name} before`, numeric: true },
    { name: 'now', numeric: true },
    { name: 'change', numeric: true },
  ]);
  return (
    <>
      <DataTable caption="Metrics of both runs" columns={[{ name: 'task' }, ...columns]} rows={rows} />
      {flipped.common === 0 ? (
        <p>The runs were not evaluated on the same images.</p>
      ) : (
        <>
          <p>
            Of {count(flipped.common)} samples that both runs were evaluated on, {count(flipped.lost.length)} are now
            wrong and were right, {count(flipped.won.length)} are now right and were wrong.
          </p>
          {flipped.lost.length > 0 && <h3>Right before, wrong now</h3>}
          {await pictureList(shown(flipped.lost, tasks), pictures)}
          {flipped.won.length > 0 && <h3>Wrong before, right now</h3>}
          {await pictureList(shown(flipped.won, tasks), pictures)}
        </>
      )}
    </>
  );
}

function pair(before: Estimate | undefined, now: Estimate): readonly string[] {
  const [was, is] = [before?.value ?? undefined, now.value ?? undefined];
  const change = was === undefined || is === undefined ? '' : signed(is - was);
  return [was?.toFixed(4) ?? '', is?.toFixed(4) ?? '', change];
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(4)}`;
}

interface Flip {
  readonly before: EvaluatedSample;
  readonly now: EvaluatedSample;
}

interface Flips {
  /** The number of samples of both runs. */
  readonly common: number;
  readonly lost: readonly Flip[];
  readonly won: readonly Flip[];
}

function flips(before: readonly EvaluatedSample[], now: readonly EvaluatedSample[]): Flips {
  const key = ({ file, task }: EvaluatedSample) => JSON.stringify([file, task]);
  const earlier = new Map(before.map((sample) => [key(sample), sample]));
  const pairs = now.flatMap((sample) => {
    const known = earlier.get(key(sample));
    return known === undefined ? [] : [{ before: known, now: sample }];
  });
  const isRight = ({ truth, predicted }: EvaluatedSample) => truth === predicted;
  const byLoss = (a: Flip, b: Flip) => Math.max(b.now.loss, b.before.loss) - Math.max(a.now.loss, a.before.loss);
  return {
    common: pairs.length,
    lost: pairs.filter((each) => isRight(each.before) && !isRight(each.now)).sort(byLoss),
    won: pairs.filter((each) => !isRight(each.before) && isRight(each.now)).sort(byLoss),
  };
}

function shown(found: readonly Flip[], tasks: ReadonlyMap<string, TaskEvaluation>): readonly Captioned[] {
  return found.slice(0, SHOWN).map(({ before, now }) => {
    const task = tasks.get(now.task);
    const say = (label: number) => (task === undefined ? String(label) : called(task, label));
    const predictions = `predicted ${say(before.predicted)}, now ${say(now.predicted)}`;
    return { file: now.file, lines: [now.task, `true ${say(now.truth)}`, predictions] };
  });
}
