import { join } from 'node:path';
import { namesIn } from '../../shared/files.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { readIndexFile, writeIndexFile } from '../fingerprint/index-file.ts';
import type { Choice } from '../plan/select.ts';
import { memoryOf } from '../trust/memory.ts';
import type { CommandLine } from './command-line.ts';
import type { Project } from './project.ts';

/** What a user remembers of jobs that were submitted. Private: whoever could write it could have code run in jobs. */
export interface SubmissionNote {
  /** The digest of the frozen plan. */
  readonly plan: string;
  /** The id of the run that submitted them first. */
  readonly run: string;
  readonly time: string;
  /** What the command line selected. */
  readonly choice: Choice;
  readonly keepGoing: boolean;
}

const KIND = 'submission-1';

/** Remembers jobs. If they were submitted before, by a runner that was killed, the first one counts. */
export function noteSubmission(project: Project, note: SubmissionNote): void {
  const path = pathOf(project, note.plan);
  if (readNote(path) === undefined) writeIndexFile(path, KIND, JSON.stringify(note));
}

/** Returns what was submitted for a project, newest first. */
export function submissionNotes(project: Project): readonly SubmissionNote[] {
  const folder = folderOf(project);
  const names = folder === undefined ? [] : namesIn(folder);
  const notes = names.flatMap((name) => readNote(folder && join(folder, name)) ?? []);
  return notes.sort((a, b) => (a.time < b.time ? 1 : -1));
}

/** Finds the jobs that an argument names: by the beginning of the id of a run, or the newest ones. */
export function requireSubmission(
  project: Project,
  run: string | undefined,
  command: CommandLine,
): Result<SubmissionNote> {
  const notes = submissionNotes(project);
  const found = notes.filter((note) => run === undefined || note.run.startsWith(run) || note.run.endsWith(run));
  const [newest] = found;
  if (newest === undefined) {
    const advice =
      notes.length === 0 ? `Submit some: ${command('run', '--detach')}` : `The newest is ${notes[0]?.run}.`;
    return problem(run === undefined ? 'no jobs were submitted from here' : 'no run with this id has submitted jobs', {
      ...(run !== undefined && { at: { file: run } }),
      advice,
    });
  }
  if (run !== undefined && new Set(found.map((note) => note.run)).size > 1)
    return problem('ambiguous run: the ids of several runs start or end with it', { at: { file: run } });
  return success(newest);
}

function readNote(path: string | undefined): SubmissionNote | undefined {
  const text = readIndexFile(path, KIND);
  return text === undefined ? undefined : (JSON.parse(text) as SubmissionNote);
}

function folderOf(project: Project): string | undefined {
  const memory = memoryOf(project);
  return memory && join(memory, 'submissions');
}

function pathOf(project: Project, plan: string): string | undefined {
  const folder = folderOf(project);
  return folder && join(folder, `${plan}.json`);
}
