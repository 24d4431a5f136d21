import type {
  Headline,
  MetricInterval,
  ReportArtifact,
  ReportSection,
  ReportSource,
} from '../../shared/extensions/report.ts';
import { bytes } from '../../shared/text/format.ts';
import type { ShardSet } from '../data/shards/shards.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { metricName } from '../evaluate/metric-tables.ts';
import { evaluationIntervals } from '../evaluate/reported-metrics.ts';
import { reportedMetricsOf } from '../evaluate/tasks/kind-metrics.ts';
import { calibrationElement } from './calibration-section.tsx';
import { changesElement, type Evaluated } from './changes-section.tsx';
import { classesElement, confusedTasks, confusionElement } from './classes-section.tsx';
import { curvesElement } from './curves-section.tsx';
import { dataElement } from './data-section.tsx';
import { explanationsElement } from './explanations-section.tsx';
import {
  classCountsIn,
  evaluatedSamples,
  evaluationsIn,
  explanationsIn,
  historiesIn,
  samplesIn,
  shardsIn,
} from './known-artifacts.ts';
import { mistakesElement, picturedCells } from './mistakes-section.tsx';
import { numbersElement } from './numbers-section.tsx';
import { PICTURE_BUDGET, type Pictures, picturesFrom } from './pictures.tsx';

/** What the artifacts of the vision stages say about data, training and mistakes. */
const visionReport: ReportSource = {
  headline: headlineOf,
  intervals: intervalsIn,
  async sections(artifacts, before) {
    const shards = await shardsIn(artifacts);
    try {
      return await sectionsOf(artifacts, before, shards);
    } finally {
      await shards?.close();
    }
  },
};

export const reportSources: readonly ReportSource[] = [visionReport];

/** The weighted accuracy; if no task has one class for a sample, the first metric of the first task. */
function headlineOf(artifacts: readonly ReportArtifact[]): Headline | undefined {
  const evaluations = evaluationsIn(artifacts);
  const { weighted, stage, tasks = [] } = evaluations.at(-1) ?? {};
  const [task] = tasks;
  const [metric = '', first] = (task && reportedMetricsOf(task)[0]) ?? [];
  const [name, estimate] = weighted?.accuracy
    ? ['Weighted accuracy', weighted.accuracy]
    : [`${capitalized(metricName(metric))} of ${task?.name}`, first];
  if (estimate === undefined || estimate.value === null) return undefined;
  return {
    name: evaluations.length === 1 ? name : `${name} of ${stage}`,
    value: estimate.value,
    interval: estimate.interval ?? undefined,
  };
}

function capitalized(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function intervalsIn(artifacts: readonly ReportArtifact[]): readonly MetricInterval[] {
  return evaluationsIn(artifacts).flatMap(({ stage, ...evaluation }) =>
    Object.entries(evaluationIntervals(evaluation)).map(([metric, interval]) => ({ stage, metric, interval })),
  );
}

async function sectionsOf(
  artifacts: readonly ReportArtifact[],
  before: readonly ReportArtifact[] | undefined,
  shards: ShardSet | undefined,
): Promise<readonly ReportSection[]> {
  const pictures = picturesFrom(shards);
  const sections: ReportSection[] = [];
  const [counts, samples] = [classCountsIn(artifacts), await samplesIn(artifacts)];
  const evaluations = evaluationsIn(artifacts);
  const evaluation = evaluations.at(-1);
  if (counts !== undefined || shards !== undefined) {
    const data = { counts, samples, evaluation, shards };
    sections.push({ id: 'data', title: 'Data', content: await dataElement(data, pictures) });
  }
  const evaluated = await Promise.all(evaluations.map((each) => withSamples(each, artifacts)));
  const changes = await changesSection(evaluated.at(-1), before, pictures);
  if (changes !== undefined) sections.push(changes);
  const histories = historiesIn(artifacts);
  if (histories.length > 0) sections.push({ id: 'curves', title: 'Training', content: curvesElement(histories) });
  for (const each of evaluated) sections.push(...(await evaluationSections(each, evaluations, pictures)));
  for (const { folder, explanations } of explanationsIn(artifacts)) {
    const content = await explanationsElement(folder, explanations, evaluation, pictures);
    sections.push({ id: 'explanations', title: 'What the model looks at', content });
  }
  const spent = pictures.spent();
  if (spent > 0) {
    const content = `Pictures take ${bytes(spent)} of at most ${bytes(PICTURE_BUDGET)}.`;
    sections.push({ id: 'pictures', title: 'About the pictures', content });
  }
  return sections;
}

type StageEvaluation = Evaluation & { readonly stage: string };

interface WithStage extends Evaluated {
  readonly evaluation: StageEvaluation;
}

/** Returns nothing if one of the runs has no evaluation, or both have the same one. */
async function changesSection(
  now: Evaluated | undefined,
  before: readonly ReportArtifact[] | undefined,
  pictures: Pictures,
): Promise<ReportSection | undefined> {
  const earlier = evaluationsIn(before ?? []).at(-1);
  if (before === undefined || earlier === undefined || now === undefined) return undefined;
  if (JSON.stringify(earlier) === JSON.stringify(now.evaluation)) return undefined;
  const content = await changesElement(await withSamples(earlier, before), now, pictures);
  return { id: 'changes', title: 'Changes since the other run', content };
}

async function withSamples(evaluation: StageEvaluation, artifacts: readonly ReportArtifact[]): Promise<WithStage> {
  return { evaluation, samples: await evaluatedSamples(artifacts, evaluation.stage) };
}

/** Of several evaluations, the last one has pictures. */
async function evaluationSections(
  { evaluation, samples }: WithStage,
  all: readonly Evaluation[],
  pictures: Pictures,
): Promise<readonly ReportSection[]> {
  const suffix = evaluation === all.at(-1) ? '' : `-${evaluation.stage}`;
  const cells = suffix === '' ? picturedCells(evaluation, samples) : new Set<string>();
  const named = (title: string) => (all.length === 1 ? title : `${title} (${evaluation.stage})`);
  const sections: ReportSection[] = [
    { id: `classes${suffix}`, title: named('Metrics'), content: classesElement(evaluation) },
  ];
  if (confusedTasks(evaluation).length > 0) {
    sections.push(
      { id: `confusion${suffix}`, title: named('Confusion'), content: confusionElement(evaluation, cells) },
      { id: `calibration${suffix}`, title: named('Calibration'), content: calibrationElement(evaluation) },
    );
  }
  if (samples.some(({ kind }) => kind === 'numbers'))
    sections.push({ id: `numbers${suffix}`, title: named('Numbers'), content: numbersElement(samples) });
  if (samples.length > 0 && suffix === '') {
    const content = await mistakesElement(evaluation, samples, pictures);
    sections.push({ id: 'mistakes', title: named('Mistakes'), content });
  }
  return sections;
}
