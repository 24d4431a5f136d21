import { count, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { OutdatedStage } from '../execute/compare-with-lockfile.ts';

/** The changed stages that are listed with their reasons: a matrix may have many. */
const MOST_LISTED = 20;

/** Names a commit as it was given, with its beginning: `main (1a2b3c4)`. */
export function revisionName({ written, commit }: { readonly written: string; readonly commit: string }): string {
  return `${written} (${commit.slice(0, 7)})`;
}

/** Describes what has changed since a commit. `downstream`: how many other stages are downstream of the changed ones. */
export function describeChanges(
  revision: Parameters<typeof revisionName>[0],
  changed: readonly OutdatedStage[],
  downstream: number,
  paint: Paint,
): string {
  const since = `since ${revisionName(revision)}`;
  if (changed.length === 0) return `no stage has changed ${since}`;
  const more =
    downstream === 0
      ? ''
      : `, and ${plural(downstream, 'stage is', 'stages are')} downstream of ${changed.length === 1 ? 'it' : 'them'}`;
  const lines = changed.slice(0, MOST_LISTED).map(({ stage, reasons }) => `  ${stage}: ${reasons.join('; ')}`);
  const left = changed.length - lines.length;
  return [
    `${plural(changed.length, 'stage has', 'stages have')} changed ${since}${more}:`,
    ...lines.map((line) => paint('dim', line)),
    ...(left > 0 ? [`  and ${count(left)} more`] : []),
    '',
  ].join('\n');
}
