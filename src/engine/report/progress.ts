import type { Progress } from '../../index.ts';
import { count, duration } from '../../shared/text/format.ts';

/** Formats a stage's progress as one line with a bar, the speed and the remaining time. */
export class ProgressLine {
  readonly #now: () => number;
  #first: { readonly at: number; readonly done: number } | undefined;

  /** `now` returns the time in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns the line, at most `width` characters long. */
  text({ done, total, unit = '', note }: Progress, width: number): string {
    const at = this.#now();
    // A count that goes down means that the stage has started another part of its work: restart the measurement.
    if (this.#first === undefined || done < this.#first.done) this.#first = { at, done };
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const seconds = (at - this.#first.at) / 1000;
    const speed = seconds > 0.5 ? (done - this.#first.done) / seconds : 0;
    const parts = [`${count(done)}/${count(total)} ${unit}`.trimEnd()];
    if (speed > 0)
      parts.push(
        `${speed >= 10 ? count(Math.round(speed)) : speed.toFixed(1)}/s`,
        `${duration((total - done) / speed)} left`,
      );
    if (note !== undefined) parts.push(note);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    let words = parts.join(' · ');
    while (parts.length > 1 && words.length + percent.length + 12 > width) {
      parts.pop();
      words = parts.join(' · ');
    }
    const room = Math.max(0, Math.min(24, width - words.length - percent.length - 2));
    const filled = Math.round(share * room);
    return `${'█'.repeat(filled)}${'░'.repeat(room - filled)}${percent} ${words}`.slice(0, Math.max(0, width));
  }
}
