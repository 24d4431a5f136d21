import { h } from 'preact';
import type { Headline, ReportArtifact, ReportSection, ReportSource } from '../../shared/extensions/report.ts';
import type { Lockfile } from '../execute/lockfile.ts';
import { type LivePage, pageHtml } from './document.ts';
import { stageElements } from './elements/stage-elements.tsx';
import { paramsElement } from './params.tsx';
import { provenanceElement } from './provenance.tsx';
import type { ReportedRun } from './reported-run.ts';
import { stagesElement } from './stages.tsx';
import { timelineElement } from './timeline.tsx';
import { Verdict } from './verdict.tsx';

export interface RunPageOptions {
  readonly sources: readonly ReportSource[];
  readonly lockfile: Lockfile | undefined;
  /** The run with which this one is compared, with its artifacts. */
  readonly before: ReportedRun | undefined;
  /** Formats a command for the same pipeline, from its words after `pipeline`. */
  readonly commandLine: (...words: readonly string[]) => string;
  readonly live?: LivePage | undefined;
}

/** Returns the report of a run as one HTML file. The same run and cache give the same bytes. */
export async function runPage(reported: ReportedRun, options: RunPageOptions): Promise<string> {
  const { sources, before, lockfile, commandLine, live } = options;
  const contributed: ReportSection[] = [];
  for (const source of sources) contributed.push(...(await source.sections(reported.artifacts, before?.artifacts)));
  const timeline = timelineElement(reported);
  const lost = reported.stages.filter(({ record, outputs }) => Object.keys(outputs).length > 0 && record === undefined);
  const failed = reported.stages.filter(({ outcome }) => outcome === 'failed' || outcome === 'killed');
  const sections: readonly ReportSection[] = [
    {
      id: 'verdict',
      title: 'Verdict',
      content: h(Verdict, {
        reported,
        headline: headlineOf(reported.artifacts, sources),
        before: headlineOf(before?.artifacts ?? [], sources),
        lockfile,
        verify: commandLine('verify'),
      }),
    },
    { id: 'stages', title: 'Stages', content: await stagesElement(reported) },
    ...(timeline === undefined ? [] : [{ id: 'timeline', title: 'Timeline', content: timeline }]),
    { id: 'params', title: 'Params', content: paramsElement(reported) },
    ...contributed,
    ...(await stageElements(reported.artifacts)),
    { id: 'provenance', title: 'Provenance', content: provenanceElement(reported, commandLine('verify')) },
  ];
  const logs = failed.map(
    ({ name, outcome }) =>
      `${name} ${outcome}. What it printed: ${commandLine('logs', name, '--run', reported.run.run)}`,
  );
  const missing =
    lost.length === 0 ? [] : [`No longer in the cache: the results of ${lost.map(({ name }) => name).join(', ')}.`];
  return pageHtml({
    title: `${reported.run.pipeline}: run ${reported.run.run}`,
    sections,
    notes: [...logs, ...missing],
    live,
  });
}

function headlineOf(artifacts: readonly ReportArtifact[], sources: readonly ReportSource[]): Headline | undefined {
  for (const source of sources) {
    const headline = source.headline(artifacts);
    if (headline !== undefined) return headline;
  }
  return undefined;
}
