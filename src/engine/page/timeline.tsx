import { barX, ruleX, text } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { DataTable } from '../../shared/page/data-table.tsx';
import { bytes, duration } from '../../shared/text/format.ts';
import type { ReportedRun } from './reported-run.ts';
import { mostMemory, type StageTime, stageTimes } from './stage-times.ts';

const MOST_BARS = 60;
const COLUMNS = ['inputs ready', 'waited', 'started', 'took', 'peak memory'];

/** When the stages of a run waited and ran, and with how much memory; nothing if none of their records is left. */
export function timelineElement(reported: ReportedRun): JSX.Element | undefined {
  const times = stageTimes(reported);
  if (times.length === 0) return undefined;
  const busy = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const waited = times.reduce((sum, { ready, start }) => sum + start - ready, 0);
  const { seconds } = reported.run;
  const together = seconds > 0 ? busy / seconds : 0;
  const memory = mostMemory(times);
  return (
    <>
      <p>
        The stages took {duration(busy)} in all, the run {duration(seconds)}: {together.toFixed(1)} of them ran at a
        time on average. They waited {duration(waited)} in all from when their inputs were there to their start: for a
        free core, a GPU or another run, and while their inputs were hashed.
        {memory > 0 && ` Stages that ran at the same time used at most ${bytes(memory)}, the sum of their peaks.`}
        {times.length > MOST_BARS && ` The ${MOST_BARS} longest of ${times.length} are drawn.`}
      </p>
      {barsOf(times)}
      <details>
        <summary>The same as a table</summary>
        <DataTable
          caption="When stages waited and ran, from the start of the run"
          columns={[{ name: 'stage' }, ...COLUMNS.map((name) => ({ name, numeric: true }))]}
          rows={times.map(({ name, ready, start, seconds: took, peakMemory }) => [
            name,
            { shown: duration(ready), order: ready },
            { shown: duration(start - ready), order: start - ready },
            { shown: duration(start), order: start },
            { shown: duration(took), order: took },
            { shown: peakMemory && bytes(peakMemory), order: peakMemory ?? 0 },
          ])}
          sortable
        />
      </details>
    </>
  );
}

function barsOf(times: readonly StageTime[]): JSX.Element {
  const shown = [...times].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_BARS);
  shown.sort((a, b) => a.start - b.start);
  const label = `When ${shown.length} stages waited and ran, in seconds after the start of the run, with their peak memory`;
  const options = {
    width: 760,
    height: 40 + 22 * shown.length,
    marginLeft: 170,
    marginRight: 70,
    x: { label: 'seconds', grid: true },
    y: { label: null, domain: shown.map(({ name }) => name) },
    marks: [
      barX(shown, { x1: 'ready', x2: 'start', y: 'name', fill: 'currentColor', fillOpacity: 0.15 }),
      barX(shown, { x1: 'start', x2: 'end', y: 'name', fill: 'currentColor', fillOpacity: 0.6 }),
      text(shown, {
        x: 'end',
        y: 'name',
        text: ({ peakMemory }: StageTime) => (peakMemory === undefined ? '' : bytes(peakMemory)),
        textAnchor: 'start',
        dx: 4,
        fill: 'currentColor',
      }),
      ruleX([0]),
    ],
  };
  return chart(label, options, 'light: waiting, dark: running, with the peak memory');
}
