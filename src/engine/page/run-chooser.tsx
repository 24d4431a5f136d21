import type { JSX } from 'preact';
import { verdictOn } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';

interface RunChooserProps {
  /** The newest runs, newest first. */
  readonly runs: readonly RunRecord[];
  /** The ids of the run that is shown and of the one that it is compared with; none if they follow the newest runs. */
  readonly run: string | undefined;
  readonly baseline: string | undefined;
}

/** A form that leads to the page about another run. It works without JavaScript. */
export function RunChooser({ runs, run, baseline }: RunChooserProps): JSX.Element {
  return (
    <form class="chooser">
      <label>
        Run{' '}
        <select name="run">
          <option value="latest" selected={run === undefined}>
            the newest
          </option>
          {runs.map((each) => runOption(each, run))}
        </select>
      </label>{' '}
      <label>
        compared with{' '}
        <select name="baseline">
          <option value="" selected={baseline === undefined}>
            the one before
          </option>
          {runs.map((each) => runOption(each, baseline))}
        </select>
      </label>{' '}
      <button type="submit">Show</button>
    </form>
  );
}

function runOption(run: RunRecord, chosen: string | undefined): JSX.Element {
  return (
    <option key={run.run} value={run.run} selected={run.run === chosen}>
      {run.run} ({verdictOn(run)})
    </option>
  );
}
