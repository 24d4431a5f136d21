import type { JSX } from 'preact';
import type { Headline } from '../../shared/extensions/report.ts';
import { duration, figure, plural } from '../../shared/text/format.ts';
import { verdictOn } from '../cache/history/run-history.ts';
import type { Lockfile } from '../execute/lockfile.ts';
import type { ReportedRun } from './reported-run.ts';

interface VerdictProps {
  readonly reported: ReportedRun;
  readonly headline: Headline | undefined;
  /** The same of the run that this one is compared with. */
  readonly before: Headline | undefined;
  readonly lockfile: Lockfile | undefined;
  /** The command that computes everything again and compares it. */
  readonly verify: string;
}

/** Whether the run is good, better than the one before, and reproducible. */
export function Verdict({ reported, headline, before, lockfile, verify }: VerdictProps): JSX.Element {
  const { run, baseline, stages } = reported;
  const ran = stages.filter(({ outcome }) => outcome === 'ran').length;
  return (
    <dl class="verdict">
      {headline !== undefined && (
        <div>
          <dt>{headline.name}</dt>
          <dd class="headline">{figure(headline.value)}</dd>
          {headline.interval !== undefined && (
            <dd>
              95 % interval {figure(headline.interval[0])} to {figure(headline.interval[1])}
            </dd>
          )}
          <dd>{changeInWords(headline, before, baseline?.run)}</dd>
        </div>
      )}
      <div>
        <dt>Run</dt>
        <dd class="headline">{verdictOn(run)}</dd>
        <dd>
          {plural(stages.length, 'stage')}, {ran} ran, in {duration(run.seconds)}
        </dd>
      </div>
      <div>
        <dt>Reproducible</dt>
        {reproducibleInWords(reported, lockfile, verify).map((words, index) => (
          <dd key={words} class={index === 0 ? 'headline' : undefined}>
            {words}
          </dd>
        ))}
      </div>
    </dl>
  );
}

function changeInWords({ value }: Headline, before: Headline | undefined, baseline: string | undefined): string {
  if (baseline === undefined) return 'no earlier run to compare with';
  if (before === undefined) return `run ${baseline} has no such metric in the cache`;
  const change = value - before.value;
  const sign = change > 0 ? '+' : '−';
  return change === 0 ? `as in run ${baseline}` : `${sign}${figure(Math.abs(change))} since run ${baseline}`;
}

function reproducibleInWords(
  { stages }: ReportedRun,
  lockfile: Lockfile | undefined,
  verify: string,
): readonly string[] {
  const finished = stages.filter(({ outputs }) => Object.keys(outputs).length > 0);
  const locked = finished.filter(({ name, key }) => lockfile?.get(name)?.key === key);
  const different = locked.filter(({ name, outputs }) => {
    const expected = lockfile?.get(name)?.outputs ?? {};
    return Object.entries(outputs).some(([output, digest]) => expected[output] !== digest);
  });
  if (different.length > 0) {
    return ['no', `other bytes than in the lockfile: ${different.map(({ name }) => name).join(', ')}`];
  }
  if (finished.length > 0 && locked.length === finished.length)
    return ['as in the lockfile', `to compute all of it again and compare: ${verify}`];
  return ['not known', 'the lockfile is of another run'];
}
