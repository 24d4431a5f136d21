import type { View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { looksLikeArrow } from '../../shared/media-type.ts';
import { count } from '../../shared/text/format.ts';
import { cutMiddle, oneLine } from '../../shared/text/table.ts';
import { wordsOf } from '../evaluate/evaluated-words.ts';
import { type EvaluatedSample, isMistake, readPredictedSamples } from '../evaluate/samples-table.ts';
import { titledTable } from './titled-table.ts';

const SHOWN = 10;
const LONGEST_FILE = 40;

/** Adds the samples with the largest loss to the description of the samples of an evaluation. */
export const evaluatedSamplesViewer: Viewer = {
  async inspect({ kind, name, path, head }, others) {
    if (kind !== 'file' || name !== 'samples.arrow' || !looksLikeArrow(head)) return undefined;
    const read = await readPredictedSamples(path);
    if (!read.ok) return undefined;
    const byLoss = [...read.value].sort((a, b) => b.loss - a.loss);
    const wrong = byLoss.filter((sample) => isMistake(sample) === true);
    const numbers = byLoss.filter((sample) => sample.kind === 'numbers');
    const found = await others();
    const content = {
      ...found.content,
      mistakes: wrong.length,
      worst: wrong.slice(0, SHOWN).map(inWords),
      ...(numbers.length > 0 && { largest_errors: numbers.slice(0, SHOWN).map(inWords) }),
    };
    const decided = read.value.length - numbers.length;
    return {
      ...found,
      content,
      describe: (view) => [
        ...found.describe(view),
        ...(decided > 0 || numbers.length === 0 ? ['', ...describeMistakes(wrong, decided, view)] : []),
        ...(numbers.length > 0 ? ['', ...describeErrors(numbers, view)] : []),
      ],
    };
  },
};

function inWords(sample: EvaluatedSample) {
  const { file, task, kind, loss, truth, predicted, probabilities } = sample;
  const words = { file, task, loss, ...wordsOf(sample) };
  if (kind === 'classes' || kind === 'numbers') return words;
  const called = (label: number) => sample.classNames?.[label] ?? String(label);
  return {
    ...words,
    ...{ truth: called(truth), truth_probability: probabilities[truth] ?? 0 },
    ...{ predicted: called(predicted), predicted_probability: probabilities[predicted] ?? 0 },
  };
}

function describeMistakes(wrong: readonly EvaluatedSample[], samples: number, view: View): string[] {
  const title = `${count(wrong.length)} of ${count(samples)} samples have a wrong prediction`;
  return wrong.length === 0 ? [title] : [`${title}, the largest loss first`, ...samplesTable(wrong, view)];
}

function describeErrors(samples: readonly EvaluatedSample[], view: View): string[] {
  return [`${count(samples.length)} samples have numbers, the largest error first`, ...samplesTable(samples, view)];
}

function samplesTable(samples: readonly EvaluatedSample[], view: View): string[] {
  const shown = view.full ? samples : samples.slice(0, SHOWN);
  const rows = shown.map((each) => {
    const { truth, predicted } = wordsOf(each);
    return [
      cutMiddle(oneLine(each.file), LONGEST_FILE),
      ...[each.task, truth, predicted].map(oneLine),
      each.loss.toFixed(4),
    ];
  });
  const hidden = samples.length - shown.length;
  return [
    ...titledTable([['file', 'task', 'true', 'predicted', 'loss'], ...rows], view),
    ...(hidden > 0 ? [view.paint('dim', `  … ${count(hidden)} more with --full`)] : []),
  ];
}
