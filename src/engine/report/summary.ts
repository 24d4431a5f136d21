import { duration, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { CompletedStage, RunResult, StageResult } from '../execute/events.ts';
import { finalMetrics } from './final-metrics.ts';

/** How a summary is printed, and how it writes commands for the same pipeline, params and cache. */
interface Printing {
  readonly paint: Paint;
  readonly commandLine: (...words: readonly string[]) => string;
  /** Returns the command that runs the same stages. */
  readonly again: () => string;
}

/** Summarizes a run: the outcomes of its stages, the final metrics, and suggested next commands. */
export function summarize(result: RunResult, { paint, commandLine, again }: Printing): string {
  const { stages } = result.plan;
  const completed = result.stages.filter(
    (stage): stage is CompletedStage => stage.outcome === 'ran' || stage.outcome === 'cached',
  );
  // After a failure, tables of the results of earlier stages would push the error out of sight.
  const metrics = result.ok ? finalMetrics(completed, stages, paint) : [];
  const blocks = [outcomes(result, paint), ...metrics];
  const read = new Set(stages.flatMap(({ dependencies }) => dependencies));
  const ends = completed.filter(({ name }) => !read.has(name));
  const next = nextSteps(result, ends, { commandLine, again });
  if (next.length > 0) blocks.push(next.map((step) => `${paint('cyan', '→')} ${step}`).join('\n'));
  return blocks.join('\n\n');
}

function outcomes({ stages, seconds, ok, cancelled }: RunResult, paint: Paint): string {
  const words: [StageResult['outcome'], string][] = [
    ['ran', 'ran'],
    ['cached', 'cached'],
    ['would-run', 'would run'],
    ['failed', 'failed'],
    ['blocked', 'blocked'],
    ['cancelled', 'not run'],
  ];
  const counts = words.flatMap(([outcome, word]) => {
    const number = stages.filter((stage) => stage.outcome === outcome).length;
    return number === 0 ? [] : [`${number} ${word}`];
  });
  const verdict = cancelled ? paint('yellow', 'interrupted') : ok ? paint('green', 'done') : paint('red', 'failed');
  return `${verdict} in ${duration(seconds)}: ${plural(stages.length, 'stage')}, ${counts.join(', ')}`;
}

/** The stages whose results are suggested to be looked at: a matrix may have many. */
const MOST_SUGGESTED = 3;

function nextSteps(
  { ok, cancelled, stages }: RunResult,
  completed: readonly CompletedStage[],
  { commandLine, again }: Pick<Printing, 'commandLine' | 'again'>,
): string[] {
  if (cancelled) return ['To resume, run it again: finished stages are cached.'];
  if (!ok) return [];
  if (stages.some((stage) => stage.outcome === 'would-run')) return [`To run them: ${again()}`];
  return completed.slice(0, MOST_SUGGESTED).flatMap(({ name, outputs }) => {
    const output = Object.keys(outputs)[0];
    return output === undefined
      ? []
      : [commandLine('inspect', `${name}.${output}`), commandLine('export', name, 'DIR')];
  });
}
