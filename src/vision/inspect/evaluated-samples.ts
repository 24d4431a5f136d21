import type { View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { looksLikeArrow } from '../../shared/media-type.ts';
import { count } from '../../shared/text/format.ts';
import { cutMiddle, oneLine } from '../../shared/text/table.ts';
import { type EvaluatedSample, readPredictedSamples } from '../evaluate/samples-table.ts';
import { titledTable } from './titled-table.ts';

const SHOWN = 10;
const LONGEST_FILE = 40;

/** Adds the samples with the largest loss to the description of the samples of an evaluation. */
export const evaluatedSamplesViewer: Viewer = {
  async inspect({ kind, name, path, head }, others) {
    if (kind !== 'file' || name !== 'samples.arrow' || !looksLikeArrow(head)) return undefined;
    const read = await readPredictedSamples(path);
    if (!read.ok) return undefined;
    const wrong = read.value
      .filter(({ truth, predicted }) => truth !== predicted)
      .sort((a, b) => b.loss - a.loss)
      .map(inWords);
    const found = await others();
    const content = { ...found.content, mistakes: wrong.length, worst: wrong.slice(0, SHOWN) };
    return {
      ...found,
      content,
      describe: (view) => [...found.describe(view), '', ...describeMistakes(wrong, read.value.length, view)],
    };
  },
};

interface Mistake {
  readonly file: string;
  readonly task: string;
  readonly truth: string;
  readonly truth_probability: number;
  readonly predicted: string;
  readonly predicted_probability: number;
  readonly loss: number;
}

function inWords({ file, task, truth, predicted, probabilities, classNames, loss }: EvaluatedSample): Mistake {
  const called = (label: number) => classNames?.[label] ?? String(label);
  return {
    ...{ file, task, loss },
    ...{ truth: called(truth), truth_probability: probabilities[truth] ?? 0 },
    ...{ predicted: called(predicted), predicted_probability: probabilities[predicted] ?? 0 },
  };
}

function describeMistakes(wrong: readonly Mistake[], samples: number, view: View): string[] {
  const shown = view.full ? wrong : wrong.slice(0, SHOWN);
  const rows = shown.map((each) => [
    cutMiddle(oneLine(each.file), LONGEST_FILE),
    oneLine(each.task),
    `${oneLine(each.truth)} (${each.truth_probability.toFixed(2)})`,
    `${oneLine(each.predicted)} (${each.predicted_probability.toFixed(2)})`,
    each.loss.toFixed(4),
  ]);
  const hidden = wrong.length - shown.length;
  return [
    `${count(wrong.length)} of ${count(samples)} samples have a wrong prediction${wrong.length === 0 ? '' : ', the largest loss first'}`,
    ...(wrong.length === 0 ? [] : titledTable([['file', 'task', 'true', 'predicted', 'loss'], ...rows], view)),
    ...(hidden > 0 ? [view.paint('dim', `  … ${count(hidden)} more with --full`)] : []),
  ];
}
