import type { JSX } from 'preact';
import { DataTable } from '../../shared/page/data-table.tsx';
import { count } from '../../shared/text/format.ts';
import type { Estimate } from '../evaluate/estimates.ts';
import { wordsOf } from '../evaluate/evaluated-words.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { metricName } from '../evaluate/metric-tables.ts';
import { type EvaluatedSample, isMistake } from '../evaluate/samples-table.ts';
import { comparedMetricsOf } from '../evaluate/tasks/kind-metrics.ts';
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
  const rows = now.evaluation.tasks.flatMap((task) => {
    const known: Readonly<Record<string, Estimate>> = earlier.get(task.name)?.metrics ?? {};
    return comparedMetricsOf(task).map(([metric, estimate]) => [
      task.name,
      metricName(metric),
      ...pair(known[metric], estimate),
    ]);
  });
  const { common, decided, lost, won } = flips(before.samples, now.samples);
  return (
    <>
      <DataTable
        caption="Metrics of both runs"
        columns={[
          { name: 'task' },
          { name: 'metric' },
          { name: 'before', numeric: true },
          { name: 'now', numeric: true },
          { name: 'change', numeric: true },
        ]}
        rows={rows}
        sortable
      />
      {common === 0 && <p>The runs were not evaluated on the same images.</p>}
      {decided > 0 && (
        <>
          <p>
            Of {count(decided)} samples that both runs were evaluated on, {count(lost.length)} are now wrong and were
            right, {count(won.length)} are now right and were wrong.
          </p>
          {lost.length > 0 && <h3>Right before, wrong now</h3>}
          {await pictureList(shown(lost), pictures)}
          {won.length > 0 && <h3>Wrong before, right now</h3>}
          {await pictureList(shown(won), pictures)}
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
  /** Of these, those whose prediction is right or wrong. */
  readonly decided: number;
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
  const decided = pairs.filter((pair) => isMistake(pair.now) !== undefined);
  const isRight = (sample: EvaluatedSample) => isMistake(sample) === false;
  const byLoss = (a: Flip, b: Flip) => Math.max(b.now.loss, b.before.loss) - Math.max(a.now.loss, a.before.loss);
  return {
    common: pairs.length,
    decided: decided.length,
    lost: decided.filter((each) => isRight(each.before) && !isRight(each.now)).sort(byLoss),
    won: decided.filter((each) => !isRight(each.before) && isRight(each.now)).sort(byLoss),
  };
}

function shown(found: readonly Flip[]): readonly Captioned[] {
  return found.slice(0, SHOWN).map(({ before, now }) => {
    const { truth, predicted } = wordsOf(now);
    const predictions = `predicted ${wordsOf(before).predicted}, now ${predicted}`;
    return { file: now.file, lines: [now.task, `true ${truth}`, predictions] };
  });
}
