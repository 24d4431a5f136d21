import path from 'node:path';
import { counted, listed, quoted } from '../../../shared/wording.ts';
import type { Question } from '../tables/questions.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { readFolderTree } from './folder-tree.ts';

/**
 * Returns the folder whose images are the questions, if the param "questions" names one. In a data set without
 * FashionAI's label files, it is also the folder in which the question file would be.
 *
 * @param questions a path in the data set.
 */
export async function questionFolder(
  { layout, questionsRequired }: { readonly layout: string; readonly questionsRequired: boolean },
  questions: string,
  files: DatasetFiles,
): Promise<string | undefined> {
  const { kind } = await files.entry(questions);
  if (kind === 'folder' && questionsRequired && questions !== '.') return questions;
  const folder = path.posix.dirname(questions);
  if (kind !== 'missing' || questionsRequired || layout === 'fashionai' || folder === '.') return undefined;
  return (await files.entry(folder)).kind === 'folder' ? folder : undefined;
}

/** Asks for every task of every image below a folder. */
export async function readQuestionFolder(
  folder: string,
  tasks: ReadonlySet<string>,
  files: DatasetFiles,
): Promise<{
  readonly questions: readonly Question[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}> {
  const { folders, findings, notes } = await readFolderTree(files, undefined, folder);
  const images = [...folders.values()].flat().sort();
  const names = [...tasks].sort();
  const questions = images.flatMap((file) => names.map((task) => ({ file, labelName: task, task })));
  const note = `each of the ${counted(images.length, 'image')} in ${folder} is a question for ${listed(names.map(quoted))}`;
  return { questions, findings, notes: images.length === 0 ? notes : [...notes, note] };
}
