import type { Result } from '../../shared/problem.ts';
import { type RemoveTask, removeTree, type StoreAnswer, type StoreTask, storeTree } from '../cache/local/store-task.ts';
import type { Beat } from './beat.ts';
import {
  type Concluded,
  type ConcludeTask,
  conclude,
  type HashTask,
  hash,
  type Scanned,
  type ScanTask,
  scan,
} from './tree-tasks.ts';

/** Long work on files, as plain data and shared memory: any thread can do it. */
export type FileTask = ScanTask | HashTask | ConcludeTask | StoreTask | RemoveTask;

interface Answers {
  readonly scan: Result<Scanned>;
  readonly hash: Result<undefined>;
  readonly conclude: Concluded;
  readonly store: StoreAnswer;
  readonly remove: undefined;
}

export type AnswerTo<Task extends FileTask> = Answers[Task['kind']];

/** Does a task on this thread. Throws errors of the file system, and what `beat` throws. */
export function perform(task: FileTask, beat: Beat): Answers[FileTask['kind']] {
  switch (task.kind) {
    case 'scan':
      return scan(task, beat);
    case 'hash':
      return hash(task, beat);
    case 'conclude':
      return conclude(task);
    case 'store':
      return storeTree(task, beat);
    case 'remove':
      return removeTree(task);
    default:
      return task satisfies never;
  }
}
