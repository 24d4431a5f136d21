import { duration } from '../../shared/text/format.ts';
import { type Paint, printedLines } from '../../shared/text/style.ts';
import { usageText } from '../../shared/text/usage.ts';
import { joinLines } from '../../shared/text/visible.ts';
import type { CompletedStage, Emit, RunEvent, StageResult } from '../execute/events.ts';
import { ContentProgressLine } from './content-progress.ts';
import { failureLine, failureTitle, retryText } from './failures.ts';
import { describeProblems } from './problems.ts';
import { ProgressLine } from './progress.ts';
import { describeApproximation } from './value-differences.ts';

/** Describes what a stage waits for. */
export function describeWait({ for: what, holder }: RunEvent & { readonly type: 'stage-waiting' }): string {
  switch (what) {
    case 'claim':
      return `waiting for ${holder}, which computes the same result`;
    case 'gpus':
      return `waiting for GPUs in use by ${holder}`;
    case 'queue':
      return `queued: ${holder}`;
    default:
      return what satisfies never;
  }
}

type ContentEvent = RunEvent & { readonly type: 'content-progress' };

/** Says that a run is being stopped, and how to end it at once. */
export function stoppingText({ signal }: RunEvent & { readonly type: 'run-stopping' }): string {
  const [after, second] = signal === 'SIGINT' ? ['', 'Ctrl-C'] : [` after ${signal}`, 'signal'];
  return `stopping${after}; a second ${second} ends everything at once`;
}

export function savingText({ seconds }: RunEvent & { readonly type: 'stage-saving' }): string {
  return `saving, for at most ${duration(seconds)}`;
}

/** The interval between two lines of progress in a log. */
const PROGRESS_MILLISECONDS = 10_000;
const PROGRESS_WIDTH = 100;

/** Writes one line per event, for logs and for terminals that cannot redraw. */
export function plainReporter(write: (text: string) => void, paint: Paint): Emit {
  const progress = new Map<string, { readonly line: ProgressLine; shown: number }>();
  const content = plainContentReporter(write);
  const line = (text: string) => write(`${joinLines(text)}\n`);
  return (event) => {
    switch (event.type) {
      case 'run-started':
        line(headline(event, paint));
        break;
      case 'stage-waiting':
        line(`  ${event.stage}: ${describeWait(event)}`);
        break;
      case 'run-stopping':
        write(`${paint('yellow', stoppingText(event))}\n`);
        break;
      case 'stage-saving':
        write(`  ${event.stage}: ${savingText(event)}\n`);
        break;
      case 'stage-started':
        line(`${paint('cyan', '▶')} ${event.stage}${reasonsText(event.reasons, paint)}`);
        break;
      case 'stage-log':
        for (const printed of printedLines(event.message, paint)) write(`  ${event.stage}: ${printed}\n`);
        break;
      case 'stage-progress': {
        const known = progress.get(event.stage) ?? { line: new ProgressLine(), shown: performance.now() };
        const text = known.line.text(event.progress, PROGRESS_WIDTH);
        progress.set(event.stage, known);
        if (performance.now() - known.shown < PROGRESS_MILLISECONDS) break;
        known.shown = performance.now();
        line(`  ${event.stage}: ${text}`);
        break;
      }
      case 'content-progress':
        content(event);
        break;
      case 'stage-warning':
        write(`${describeProblems([event.problem], [], paint, 'warning')}\n`);
        break;
      case 'stage-retrying':
        line(`${paint('yellow', '↻')} ${event.stage}: ${failureLine(event.failure)}; ${retryText(event)}`);
        break;
      case 'stage-finished':
        line(stageLine(event.result, paint));
        for (const text of approximationLines(event.result)) line(`  ${event.result.name}: ${text}`);
        break;
      case 'run-replanned':
      case 'run-finished':
        break;
      default:
        event satisfies never;
    }
  };
}

/** Writes how far work on inputs and outputs has got: at once, then every ten seconds. */
export function plainContentReporter(write: (text: string) => void): (event: ContentEvent) => void {
  const contents = new Map<string, { readonly line: ContentProgressLine; shown: number }>();
  return (event) => {
    const id = JSON.stringify([event.stage, event.content]);
    const known = contents.get(id) ?? { line: new ContentProgressLine(), shown: Number.NEGATIVE_INFINITY };
    contents.set(id, known);
    const text = known.line.text(event, PROGRESS_WIDTH);
    if (performance.now() - known.shown < PROGRESS_MILLISECONDS) return;
    known.shown = performance.now();
    write(`${joinLines(`  ${event.stage}: ${text}`)}\n`);
  };
}

/** Returns the first line of a run. */
function headline(event: RunEvent & { readonly type: 'run-started' }, paint: Paint): string {
  const { pipeline, purpose, run } = event;
  const what = { run: `run ${run}`, verify: 'verify', 'dry-run': 'dry run' }[purpose];
  return `${paint('bold', pipeline)} · ${what}`;
}

/** Describes the outcome of a stage in one line. */
function stageLine(result: StageResult, paint: Paint): string {
  const { name } = result;
  switch (result.outcome) {
    case 'ran':
      return `${paint('green', '✓')} ${name} ${paint('dim', ranText(result))}`;
    case 'cached':
      return `${paint('dim', '✓')} ${name} ${paint('dim', 'cached')}`;
    case 'would-run':
      return `${paint('yellow', '●')} ${name} would run${reasonsText(result.reasons, paint)}`;
    case 'failed':
      return `${paint('red', '✗')} ${name}: ${failureTitle(result.failure)}`;
    case 'blocked':
      return `${paint('yellow', '○')} ${name} ${paint('dim', `blocked by ${result.by}`)}`;
    case 'cancelled':
      return `${paint('yellow', '○')} ${name} ${paint('dim', result.seconds > 0 ? 'interrupted' : 'not run')}`;
    default:
      return result satisfies never;
  }
}

function approximationLines(result: StageResult): readonly string[] {
  return 'approximation' in result && result.approximation ? describeApproximation(result.approximation) : [];
}

function ranText(result: CompletedStage): string {
  const used = usageText(result);
  return `ran in ${duration(result.seconds)}${used === undefined ? '' : `, used ${used}`}`;
}

function reasonsText(reasons: readonly string[], paint: Paint): string {
  return reasons.length === 0 ? '' : paint('dim', `: ${reasons.join('; ')}`);
}
