import { join } from 'node:path';
import { namesIn } from '../../shared/files.ts';
import { failure, problem, type Result, success } from '../../shared/problem.ts';
import { matchingIds } from '../cache/history/run-history.ts';
import { readIndexFile, writeIndexFile } from '../fingerprint/index-file.ts';
import type { Choice } from '../plan/select.ts';
import { memoryOf } from '../trust/memory.ts';
import type { CommandLine } from './command-line.ts';
import { ambiguousRun } from './find-run.ts';
import type { Project } from './project.ts';

/** What a user remembers of a run that submitted jobs. Private: whoever could write it could have code run in jobs. */
export interface SubmissionNote {
  /** The digest of the frozen plan. */
  readonly plan: string;
  /** The id of the run. It has submitted jobs of this plan, or follows those of an earlier run. */
  readonly run: string;
  /** When it did so last: ISO 8601. */
  readonly time: string;
  /** What the command line selected. */
  readonly choice: Choice;
  readonly keepGoing: boolean;
  /** Absent while the jobs may be queued or running. */
  readonly end?: SubmissionEnd;
}

/** `followed`: a runner has followed all jobs to their end. */
export interface SubmissionEnd {
  readonly how: 'followed' | 'cancelled';
  /** ISO 8601. */
  readonly time: string;
}

const KIND = 'submissions-1';
/** How many runs are remembered of a plan. */
const MOST_RUNS = 100;

/** Remembers that a run has submitted jobs of a plan, also if it was remembered before. */
export function noteSubmission(project: Project, note: SubmissionNote): void {
  const path = pathOf(project, note.plan);
  const others = readNotes(path).filter(({ run }) => run !== note.run);
  writeIndexFile(path, KIND, JSON.stringify([note, ...others].slice(0, MOST_RUNS)));
}

/** Remembers that nothing more is to be expected of the jobs of plans, whichever runs have submitted them. */
export function noteEnd(project: Project, plans: Iterable<string>, how: SubmissionEnd['how']): void {
  const end = { how, time: new Date().toISOString() };
  for (const plan of plans) {
    const path = pathOf(project, plan);
    writeIndexFile(path, KIND, JSON.stringify(readNotes(path).map((note) => ({ end, ...note }))));
  }
}

/** Returns the runs that have submitted jobs of a project, with each of their plans, newest first. */
export function submissionNotes(project: Project): readonly SubmissionNote[] {
  const folder = folderOf(project);
  const names = folder === undefined ? [] : namesIn(folder);
  const notes = names.flatMap((name) => readNotes(folder && join(folder, name)));
  return notes.sort((a, b) => (a.time < b.time ? 1 : -1));
}

/** Whether there may be jobs that nobody has followed to their end. */
export function hasOpenSubmissions(project: Project): boolean {
  return submissionNotes(project).some(({ end }) => end === undefined);
}

/** Finds the jobs that an argument names: by the beginning of the id of a run, or the newest ones. */
export function requireSubmission(
  project: Project,
  run: string | undefined,
  command: CommandLine,
): Result<SubmissionNote> {
  const notes = submissionNotes(project);
  const ids = [...new Set(notes.map((note) => note.run))];
  const matching = run === undefined ? ids : matchingIds(run, ids);
  const newest = notes.find((note) => matching.includes(note.run));
  if (newest === undefined) {
    const advice =
      notes.length === 0 ? `Submit some: ${command('run', '--detach')}` : `The newest is ${notes[0]?.run}.`;
    return problem(run === undefined ? 'no jobs were submitted from here' : 'no run with this id has submitted jobs', {
      ...(run !== undefined && { at: { file: run } }),
      advice,
    });
  }
  if (run !== undefined && matching.length > 1) return failure([ambiguousRun(run, matching)]);
  return success(newest);
}

function readNotes(path: string | undefined): readonly SubmissionNote[] {
  const text = readIndexFile(path, KIND);
  return text === undefined ? [] : (JSON.parse(text) as readonly SubmissionNote[]);
}

function folderOf(project: Project): string | undefined {
  const memory = memoryOf(project);
  return memory && join(memory, 'submissions');
}

function pathOf(project: Project, plan: string): string | undefined {
  const folder = folderOf(project);
  return folder && join(folder, `${plan}.json`);
}
