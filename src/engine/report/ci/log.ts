import type { CiService } from '../../../shared/text/ci-service.ts';
import { count } from '../../../shared/text/format.ts';
import type { Paint } from '../../../shared/text/style.ts';
import type { Emit, RunEvent } from '../../execute/events.ts';
import { plainReporter } from '../plain.ts';
import { type Groups, groupsOf } from './groups.ts';

/** The lines that are kept of a stage while another one prints. */
const MOST_KEPT = 2000;

/** Where a log is written to. */
export interface LogOutput {
  /** Writes text, which is made harmless. */
  write(text: string): void;
  /** Writes a command to the log as it is. */
  command(text: string): void;
}

export interface LogReporter {
  readonly emit: Emit;
  /** Ends the group that is open. What is written afterwards does not belong to it. */
  close(): void;
}

/** What a stage has printed while another one printed. */
interface Kept {
  readonly lines: string[];
  dropped: number;
}

/**
 * Writes a run to the log of a CI job: a line with the time (UTC) for each event, and what a stage prints in a group of
 * its own. Of stages that run side by side, the one that has started first is shown while it prints; the lines of the
 * others are kept until it ends or they do.
 */
export function ciReporter(
  { write, command }: LogOutput,
  service: CiService,
  paint: Paint,
  now: () => Date = () => new Date(),
): LogReporter {
  const log = new GroupedLog(
    { write, command },
    groupsOf(service, () => now().getTime() / 1000),
  );
  let lineTo: (line: string) => void = () => undefined;
  const timed = (line: string) => (line === '' ? '' : `${paint('dim', now().toISOString().slice(11, 19))} ${line}`);
  const plain = plainReporter((text) => {
    for (const line of text.replace(/\n$/, '').split('\n')) lineTo(`${timed(line)}\n`);
  }, paint);
  return {
    emit: (event) => {
      const printing = printedBy(event);
      lineTo = printing === undefined ? (line) => log.status(line) : (line) => log.printed(printing, line);
      // In the background only what was printed is worth keeping.
      if (event.type === 'stage-progress' && !log.isShown(event.stage)) return;
      if (event.type === 'stage-finished') log.finish(event.result.name);
      plain(event);
      if (event.type === 'stage-started') log.start(event.stage);
    },
    close: () => log.endGroup(),
  };
}

/** Returns the stage to whose group an event belongs. */
function printedBy(event: RunEvent): string | undefined {
  return event.type === 'stage-log' || event.type === 'stage-progress' ? event.stage : undefined;
}

class GroupedLog {
  readonly #output: LogOutput;
  readonly #groups: Groups;
  /** The stages that run, the one that has started first at first. */
  readonly #running = new Map<string, Kept>();
  readonly #begun = new Set<string>();
  #open: string | undefined;

  constructor(output: LogOutput, groups: Groups) {
    this.#output = output;
    this.#groups = groups;
  }

  start(stage: string): void {
    this.#running.set(stage, { lines: [], dropped: 0 });
  }

  /** Whether what a stage prints is shown at once. */
  isShown(stage: string): boolean {
    return !this.#running.has(stage) || this.#shown() === stage;
  }

  /** Writes a line that a stage has printed, now or when its turn comes. */
  printed(stage: string, line: string): void {
    const kept = this.#running.get(stage);
    // It prints before it is announced, or after its end.
    if (kept === undefined) this.status(line);
    else if (this.isShown(stage)) this.#writeInGroup(stage, [line]);
    else {
      kept.lines.push(line);
      if (kept.lines.length > MOST_KEPT) kept.dropped += kept.lines.splice(0, MOST_KEPT / 2).length;
    }
  }

  /** Writes a line that belongs to no group. */
  status(line: string): void {
    this.endGroup();
    this.#output.write(line);
  }

  finish(stage: string): void {
    this.#writeKept(stage);
    this.#running.delete(stage);
    const next = this.#shown();
    if (next !== undefined) this.#writeKept(next);
  }

  endGroup(): void {
    if (this.#open !== undefined) this.#output.command(this.#groups.end());
    this.#open = undefined;
  }

  #shown(): string | undefined {
    return this.#running.keys().next().value;
  }

  #writeKept(stage: string): void {
    const kept = this.#running.get(stage);
    if (kept === undefined || kept.lines.length === 0) return;
    const dropped = kept.dropped === 0 ? [] : [`  ${stage}: ${count(kept.dropped)} earlier lines are left out here\n`];
    this.#writeInGroup(stage, [...dropped, ...kept.lines]);
    kept.lines.length = 0;
    kept.dropped = 0;
  }

  #writeInGroup(stage: string, lines: readonly string[]): void {
    if (this.#open !== stage) {
      this.endGroup();
      this.#output.command(this.#groups.begin(`${stage}: output${this.#begun.has(stage) ? ', continued' : ''}`));
      this.#open = stage;
      this.#begun.add(stage);
    }
    for (const line of lines) this.#output.write(line);
  }
}
