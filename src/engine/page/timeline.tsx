import { barX, ruleX } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { duration } from '../../shared/text/format.ts';
import type { ReportedRun } from './reported-run.ts';

const MOST_BARS = 60;

/** When the stages of a run ran; nothing if none of their records is left. */
export function timelineElement({ run, stages }: ReportedRun): JSX.Element | undefined {
  const started = Date.parse(run.started);
  const bars = stages.flatMap(({ name, isOwn, record }) => {
    if (!isOwn || record === undefined) return [];
    const { finished, seconds } = record.provenance;
    const end = (Date.parse(finished) - started) / 1000;
    return [{ name, start: Math.max(0, end - seconds), end, seconds }];
  });
  const shown = [...bars].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_BARS);
  if (shown.length === 0) return undefined;
  const busy = bars.reduce((sum, { seconds }) => sum + seconds, 0);
  shown.sort((a, b) => a.start - b.start);
  const drawn = chart(`When ${shown.length} stages ran, in seconds after the start of the run`, {
    width: 760,
    height: 40 + 22 * shown.length,
    marginLeft: 170,
    x: { label: 'seconds', grid: true },
    y: { label: null, domain: shown.map(({ name }) => name) },
    marks: [barX(shown, { x1: 'start', x2: 'end', y: 'name', fill: 'currentColor', fillOpacity: 0.6 }), ruleX([0])],
  });
  const together = run.seconds > 0 ? busy / run.seconds : 0;
  return (
    <>
      <p>
        The stages took {duration(busy)} in all, the run {duration(run.seconds)}: {together.toFixed(1)} of them ran at a
        time on average.
        {shown.length < bars.length && ` The ${shown.length} longest of ${bars.length} are shown.`}
      </p>
      {drawn}
    </>
  );
}
