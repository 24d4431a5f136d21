import { writeSync } from 'node:fs';
import type { ListrTaskWrapper } from 'listr2';
import type { Problem } from '../../shared/problem.ts';
import { duration } from '../../shared/text/format.ts';
import { writeText } from '../../shared/text/output.ts';
import { type Paint, printedLines, toTerminal } from '../../shared/text/style.ts';
import { joinLines } from '../../shared/text/visible.ts';
import type { Emit, RunEvent, StageResult } from '../execute/events.ts';
import { ContentProgressLine } from './content-progress.ts';
import { failureLine, failureTitle, retryText } from './failures.ts';
import { describeWait, headline, howToEnd, savingText, stageLine, stoppingText } from './plain.ts';
import { describeProblems } from './problems.ts';
import { ProgressLine } from './progress.ts';

type Wrapper = Pick<ListrTaskWrapper<unknown, never, never>, 'title' | 'output' | 'skip'>;

/** The row of a stage on the screen, kept until listr2 asks for it. */
interface Row {
  readonly finished: Promise<StageResult>;
  readonly finish: (result: StageResult) => void;
  readonly progress: ProgressLine;
  readonly content: ContentProgressLine;
  task?: Wrapper;
  title: string;
  started: boolean;
}

export interface TerminalReporter {
  readonly emit: Emit;
  /** Ends the drawing. What is written afterwards appears below it. */
  close(): Promise<void>;
}

/** Redraws the stages and their progress in place. listr2 only draws, and is loaded when a stage starts. */
export function terminalReporter(stream: NodeJS.WriteStream, paint: Paint): TerminalReporter {
  const rows = new Map<string, Row>();
  const results: StageResult[] = [];
  /** Warnings, which are printed below the drawing so that they stay visible. */
  const warnings: Problem[] = [];
  let drawing: Promise<void> | undefined;
  let stopping: Stopping | undefined;
  const width = () => Math.max(20, (stream.columns ?? 80) - 6);

  const emit = (event: RunEvent): void => {
    switch (event.type) {
      case 'run-started':
        writeText(stream, `${joinLines(headline(event, paint))}\n`);
        for (const name of event.stages) rows.set(name, newRow(shown(paint('dim', name))));
        break;
      case 'stage-waiting':
        drawing ??= draw(rows, paint);
        show(rows.get(event.stage), describeWait(event));
        break;
      case 'run-stopping':
        stopping = event;
        if (drawing === undefined) writeText(stream, `${stoppingText(event)}\n`);
        else for (const row of rows.values()) if (row.started) show(row, stoppingText(event));
        break;
      case 'stage-saving':
        show(rows.get(event.stage), savingLine(event, stopping));
        break;
      case 'stage-started': {
        const row = rows.get(event.stage);
        if (row !== undefined) {
          row.started = true;
          retitle(row, `${event.stage} ${paint('dim', event.reasons.join('; '))}`);
        }
        drawing ??= draw(rows, paint);
        break;
      }
      case 'stage-progress': {
        const row = rows.get(event.stage);
        if (stopping === undefined) show(row, row?.progress.text(event.progress, width()) ?? '');
        break;
      }
      case 'content-progress': {
        const row = rows.get(event.stage);
        drawing ??= draw(rows, paint);
        if (stopping === undefined) show(row, row?.content.text(event, width()) ?? '');
        break;
      }
      case 'stage-log':
        if (stopping === undefined) show(rows.get(event.stage), printedLines(event.message, paint).join('\n'));
        break;
      case 'stage-warning':
        warnings.push(event.problem);
        break;
      case 'stage-retrying': {
        const row = rows.get(event.stage);
        if (row !== undefined) retitle(row, `${event.stage} ${paint('yellow', retryText(event))}`);
        show(row, failureLine(event.failure));
        break;
      }
      case 'stage-finished':
        results.push(event.result);
        rows.get(event.result.name)?.finish(event.result);
        break;
      case 'run-finished':
        break;
      default:
        event satisfies never;
    }
  };

  return {
    emit,
    close: async () => {
      if (drawing === undefined) for (const result of results) writeText(stream, `${stageLine(result, paint)}\n`);
      await drawing;
      if (warnings.length > 0) writeText(stream, `${describeProblems(warnings, [], paint, 'warning')}\n`);
      writeText(stream, '\n');
    },
  };
}

type Stopping = RunEvent & { readonly type: 'run-stopping' };

function savingLine(event: RunEvent & { type: 'stage-saving' }, stopping: Stopping | undefined): string {
  return `${savingText(event)}; ${stopping === undefined ? 'its timeout is over' : howToEnd(stopping)}`;
}

async function draw(rows: ReadonlyMap<string, Row>, paint: Paint): Promise<void> {
  // A second Ctrl-C ends the command while listr2 hides the cursor, and holds back what is written to the stream.
  const showCursor = () => writeSync(process.stdout.fd, '\u001b[?25h');
  process.on('exit', showCursor);
  const { Listr } = await import('listr2');
  const tasks = [...rows].map(([name, row]) => ({
    title: row.title,
    task: async (_context: unknown, task: Wrapper) => {
      row.task = task;
      conclude(name, row, task, await row.finished, paint);
    },
  }));
  await new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: 'default',
    rendererOptions: {
      formatOutput: 'truncate',
      collapseErrors: false,
      showErrorMessage: false,
      showSkipMessage: false,
    },
  }).run();
  process.off('exit', showCursor);
}

function newRow(title: string): Row {
  let finish: Row['finish'] = () => undefined;
  const finished = new Promise<StageResult>((resolve) => {
    finish = resolve;
  });
  return { finished, finish, progress: new ProgressLine(), content: new ContentProgressLine(), title, started: false };
}

function retitle(row: Row, title: string): void {
  row.title = shown(title);
  if (row.task !== undefined) row.task.title = row.title;
}

function show(row: Row | undefined, text: string): void {
  if (row?.task !== undefined) row.task.output = toTerminal(text);
}

/** listr2 writes to the terminal itself. */
function shown(title: string): string {
  return toTerminal(joinLines(title));
}

/** Ends a task of listr2: by returning (done), skipping, or throwing (failed). */
function conclude(name: string, row: Row, task: Wrapper, result: StageResult, paint: Paint): void {
  const dim = (text: string) => paint('dim', text);
  switch (result.outcome) {
    case 'ran':
      task.title = shown(`${name} ${dim(`ran in ${duration(result.seconds)}`)}`);
      return;
    case 'cached':
      task.title = shown(`${name} ${dim('cached')}`);
      return;
    case 'would-run':
      task.title = shown(`${name} would run`);
      return;
    case 'failed':
      task.title = shown(`${name}: ${failureTitle(result.failure)}`);
      throw new Error(failureTitle(result.failure));
    case 'blocked':
      task.title = shown(`${name} ${dim(`blocked by ${result.by}`)}`);
      task.skip();
      return;
    case 'cancelled':
      task.title = shown(`${name} ${dim(row.started ? 'interrupted' : 'not run')}`);
      task.skip();
      return;
    default:
      result satisfies never;
  }
}
