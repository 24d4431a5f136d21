import { now } from '../../shared/clock.ts';
import { count, duration } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import { cut, displayWidth, oneLine } from '../../shared/text/table.ts';
import type { RunEvent, StageResult } from '../execute/events.ts';
import { ContentProgressLine } from './content-progress.ts';
import { retryText } from './failures.ts';
import { describeWait, savingText, stoppingText } from './plain.ts';
import { ProgressLine } from './progress.ts';

/**
 * Fewer lines and shorter ones than a large window could show: when it becomes smaller, the terminal moves what no longer
 * fits out of reach, and wraps the rest.
 */
const MOST_LINES = 14;
const MOST_COLUMNS = 79;
/** Less is not worth showing. */
const LEAST_COLUMNS = 10;
/** The work on an input or an output is over when nothing has been heard of it for so long. */
const CONTENT_MILLISECONDS = 1500;

/** A stage that runs, or for which something else is done. */
interface ActiveStage {
  readonly name: string;
  /** In milliseconds. */
  started?: number;
  /** What it does, in at most `width` columns. */
  doing: (width: number) => string;
  /** When `doing` is out of date, in milliseconds. */
  until: number;
  readonly progress: ProgressLine;
  readonly content: ContentProgressLine;
}

type Stopping = RunEvent & { readonly type: 'run-stopping' };

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** What the stages of a run do at the moment, as lines for a window of any size. */
export class ActiveStages {
  readonly #paint: Paint;
  readonly #active = new Map<string, ActiveStage>();
  readonly #done: StageResult['outcome'][] = [];
  #total = 0;
  #stopping: Stopping | undefined;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
      case 'run-replanned':
        this.#total = event.stages.length;
        break;
      case 'run-stopping':
        this.#stopping = event;
        break;
      case 'stage-waiting':
        this.#does(event.stage, () => describeWait(event));
        break;
      case 'stage-saving':
        this.#does(
          event.stage,
          () => savingText(event) + (this.#stopping === undefined ? '; its timeout is over' : ''),
        );
        break;
      case 'stage-started':
        this.#does(event.stage, () => event.reasons.join('; ')).started = now();
        break;
      case 'stage-progress': {
        const stage = this.#does(event.stage, (width) => stage.progress.text(event.progress, width));
        break;
      }
      case 'content-progress': {
        const stage = this.#does(event.stage, (width) => stage.content.text(event, width));
        stage.until = now() + CONTENT_MILLISECONDS;
        break;
      }
      case 'stage-retrying':
        this.#does(event.stage, () => retryText(event));
        break;
      case 'stage-finished':
        this.#active.delete(event.result.name);
        this.#done.push(event.result.outcome);
        break;
      case 'stage-log':
      case 'stage-warning':
      case 'run-finished':
        break;
      default:
        event satisfies never;
    }
  }

  /** Returns the lines, the running stages first. All are narrower than the window, and fewer than its rows. */
  lines({ columns, rows }: WindowSize): string[] {
    const width = Math.max(1, Math.min(columns - 1, MOST_COLUMNS));
    const most = Math.max(1, Math.min(rows - 2, MOST_LINES));
    const all = [...this.#active.values()].filter(({ started, until }) => started !== undefined || until > now());
    const running = all.filter(({ started }) => started !== undefined);
    const stages = [...running, ...all.filter(({ started }) => started === undefined)];
    const shown = stages.length < most ? stages : stages.slice(0, Math.max(0, most - 2));
    const lines = shown.map((stage) => this.#line(stage, width));
    if (shown.length < stages.length && most > 1) lines.push(`  … and ${count(stages.length - shown.length)} more`);
    return [...lines, this.#counts(running.length, width)].map((line) => line.replaceAll('\t', ' '));
  }

  #does(name: string, doing: ActiveStage['doing']): ActiveStage {
    const known = this.#active.get(name);
    const stage = known ?? { name, progress: new ProgressLine(), content: new ContentProgressLine(), doing, until: 0 };
    stage.doing = doing;
    stage.until = Number.POSITIVE_INFINITY;
    this.#active.set(name, stage);
    return stage;
  }

  #line({ name, started, doing, until }: ActiveStage, width: number): string {
    const sign = started === undefined ? '○' : '▶';
    const seconds = started === undefined ? '' : ` ${duration((now() - started) / 1000)}`;
    const title = cut(oneLine(name), Math.max(LEAST_COLUMNS, Math.floor(width / 2)));
    const room = width - displayWidth(`${sign} ${title}${seconds} `);
    const text = until > now() && room >= LEAST_COLUMNS ? ` ${cut(oneLine(doing(room)), room)}` : '';
    const paint = this.#paint;
    return displayWidth(`${sign} ${title}${seconds}`) > width
      ? cut(`${sign} ${title}`, width)
      : `${paint('cyan', sign)} ${title}${paint('dim', `${seconds}${text}`)}`;
  }

  /** Returns `12 of 300 stages done · 1 failed · 4 running · 284 waiting`. */
  #counts(running: number, width: number): string {
    if (this.#stopping !== undefined) return this.#paint('yellow', cut(stoppingText(this.#stopping), width));
    const failed = this.#done.filter((outcome) => outcome === 'failed').length;
    const waiting = this.#total - this.#done.length - running;
    const parts = [`${count(this.#done.length)} of ${count(this.#total)} stages done`];
    if (failed > 0) parts.push(`${count(failed)} failed`);
    parts.push(`${count(running)} running`);
    if (waiting > 0) parts.push(`${count(waiting)} waiting`);
    return this.#paint('dim', cut(parts.join(' · '), width));
  }
}
