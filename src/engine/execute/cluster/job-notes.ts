import { appendFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import { parseJson } from '../../../shared/parse-json.ts';
import { readText } from '../../../shared/read-file.ts';
import { isObject, isString } from '../../../shared/shapes.ts';
import { quietly } from '../../cache/local/quietly.ts';
import { makePrivateFolder } from '../../trust/user-folder.ts';
import type { JobPlace } from './places.ts';
import type { JobId } from './scheduler.ts';

/** A job that was submitted. */
export interface NotedJob {
  readonly id: JobId;
  /** The name and the label of its request. */
  readonly name: string;
  readonly label: string;
  /** The indices of its tasks, if it is an array. */
  readonly tasks?: readonly number[];
  /** The file with its output, absolute. */
  readonly output: string;
}

/** How long jobs are remembered, in milliseconds. No queue keeps one for longer. */
const LONGEST = 30 * 86_400_000;

/**
 * Remembers the ids of jobs: some queues find jobs by nothing else, and all forget jobs that have ended. They are kept in a
 * folder of the user alone: jobs are cancelled by these ids, so nobody else may write them.
 */
export class JobNotes {
  readonly #directory: string;

  /** @param directory a folder that only this user can write, absolute. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes a job down. If that is not possible, the next runner submits it again, and one of them does the work. */
  add(job: NotedJob): void {
    quietly(() => {
      makePrivateFolder(this.#directory);
      appendFileSync(this.#file(job.name), `${JSON.stringify(job)}\n`);
    });
  }

  /** Returns the jobs with a name, in the order in which they were submitted. */
  of(name: string): readonly NotedJob[] {
    this.#removeOld();
    const text = readText(this.#file(name), 'memory');
    return (text.ok ? text.value.split('\n') : []).flatMap((line) => {
      const job = parseJson(line)?.value;
      return isNotedJob(job) && job.name === name ? [job] : [];
    });
  }

  /** Returns what finds the newest job at a place among those with a name: its id, or that of its task. */
  finder(name: string): (place: JobPlace) => JobId | undefined {
    const ids = new Map<string, JobId>();
    for (const { id, label, tasks } of this.of(name)) {
      if (tasks === undefined) ids.set(label, id);
      for (const task of tasks ?? []) ids.set(`${label} ${task}`, `${id}_${task}`);
    }
    return ({ label, task }) => ids.get(task === undefined ? label : `${label} ${task}`);
  }

  #removeOld(): void {
    for (const name of namesIn(this.#directory)) {
      const path = join(this.#directory, name);
      quietly(() => {
        if (Date.now() - statSync(path).mtimeMs > LONGEST) rmSync(path);
      });
    }
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.jsonl`);
  }
}

function isNotedJob(value: unknown): value is NotedJob {
  return isObject(value) && ['id', 'name', 'label', 'output'].every((key) => isString(value[key]));
}
