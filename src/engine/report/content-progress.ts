import { count } from '../../shared/text/format.ts';
import type { RunEvent } from '../execute/events.ts';
import { ProgressLine } from './progress.ts';

type ContentEvent = RunEvent & { readonly type: 'content-progress' };

const MEGABYTE = 1e6;

/** Formats the progress of work on inputs and outputs: `hashing input "images" ████░░░░ 50 % 100/200 MB · …`. */
export class ContentProgressLine {
  #step = '';
  #line = new ProgressLine();

  /** Returns the line, at most `width` characters long. */
  text({ content, progress }: ContentEvent, width: number): string {
    const words = `${progress.activity} ${content.kind} "${content.name}"`;
    if (words !== this.#step) this.#line = new ProgressLine();
    this.#step = words;
    return `${words} ${this.#amount(progress, width - words.length - 1)}`.slice(0, Math.max(0, width));
  }

  #amount({ files, totalFiles, bytes, totalBytes }: ContentEvent['progress'], width: number): string {
    if (totalFiles === undefined) return `${count(files)} files`;
    if (totalBytes === undefined) return this.#line.text({ done: files, total: totalFiles, unit: 'files' }, width);
    const [done, total] = [Math.round(bytes / MEGABYTE), Math.round(totalBytes / MEGABYTE)];
    const note = totalFiles > 1 ? { note: `${count(files)} of ${count(totalFiles)} files` } : {};
    return this.#line.text({ done, total, unit: 'MB', ...note }, width);
  }
}

/** Returns the event as JSON, with the name of the input or output under its kind. */
export function contentProgressJson({ type, stage, content, progress }: ContentEvent): object {
  return { type, stage, [content.kind]: content.name, ...progress };
}
