import type { Headline, ReportArtifact, ReportSection, ReportSource } from '../../shared/extensions/report.ts';
import { bytes } from '../../shared/text/format.ts';
import type { ShardSet } from '../data/shards/shards.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { calibrationElement } from './calibration-section.tsx';
import { classesElement, confusionElement } from './classes-section.tsx';
import { curvesElement } from './curves-section.tsx';
import { dataElement } from './data-section.tsx';
import { classCountsIn, evaluatedSamples, evaluationsIn, historiesIn, samplesIn, shardsIn } from './known-artifacts.ts';
import { mistakesElement, picturedCells } from './mistakes-section.tsx';
import { PICTURE_BUDGET, type Pictures, picturesFrom } from './pictures.tsx';

/** What the artifacts of the vision stages say about data, training and mistakes. */
const visionReport: ReportSource = {
  headline: headlineOf,
  async sections(artifacts) {
    const shards = await shardsIn(artifacts);
    try {
      return await sectionsOf(artifacts, shards);
    } finally {
      await shards?.close();
    }
  },
};

export const reportSources: readonly ReportSource[] = [visionReport];

function headlineOf(artifacts: readonly ReportArtifact[]): Headline | undefined {
  const { accuracy } = evaluationsIn(artifacts).at(-1)?.weighted ?? {};
  if (accuracy === undefined || accuracy.value === null) return undefined;
  return { name: 'Weighted accuracy', value: accuracy.value, interval: accuracy.interval ?? undefined };
}

async function sectionsOf(
  artifacts: readonly ReportArtifact[],
  shards: ShardSet | undefined,
): Promise<readonly ReportSection[]> {
  const pictures = picturesFrom(shards);
  const sections: ReportSection[] = [];
  const [counts, samples] = [classCountsIn(artifacts), await samplesIn(artifacts)];
  const evaluations = evaluationsIn(artifacts);
  const evaluation = evaluations.at(-1);
  if (counts !== undefined || shards !== undefined) {
    const data = { counts, samples, duplicates: evaluation?.duplicates, shards };
    sections.push({ id: 'data', title: 'Data', content: await dataElement(data, pictures) });
  }
  const histories = historiesIn(artifacts);
  if (histories.length > 0) sections.push({ id: 'curves', title: 'Training', content: curvesElement(histories) });
  for (const each of evaluations) {
    sections.push(
      ...(await evaluationSections(each, each === evaluation ? '' : `-${each.stage}`, artifacts, pictures)),
    );
  }
  const spent = pictures.spent();
  if (spent > 0) {
    const content = `Pictures take ${bytes(spent)} of at most ${bytes(PICTURE_BUDGET)}.`;
    sections.push({ id: 'pictures', title: 'About the pictures', content });
  }
  return sections;
}

/** `suffix` tells the elements of several evaluations apart. */
async function evaluationSections(
  evaluation: Evaluation & { readonly stage: string },
  suffix: string,
  artifacts: readonly ReportArtifact[],
  pictures: Pictures,
): Promise<readonly ReportSection[]> {
  const samples = await evaluatedSamples(artifacts, evaluation.stage);
  const cells = suffix === '' ? picturedCells(evaluation, samples) : new Set<string>();
  const named = (title: string) => (suffix === '' ? title : `${title} (${evaluation.stage})`);
  const sections: ReportSection[] = [
    { id: `classes${suffix}`, title: named('Classes'), content: classesElement(evaluation) },
    { id: `confusion${suffix}`, title: named('Confusion'), content: confusionElement(evaluation, cells) },
    { id: `calibration${suffix}`, title: named('Calibration'), content: calibrationElement(evaluation) },
  ];
  if (samples.length > 0 && suffix === '') {
    const content = await mistakesElement(evaluation, samples, pictures);
    sections.push({ id: 'mistakes', title: 'Mistakes', content });
  }
  return sections;
}
