import path from 'node:path';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { ColumnsParam } from '../label-tables/columns-param.ts';
import { readLabelTables } from '../label-tables/read-label-tables.ts';
import type { Question } from '../tables/questions.ts';
import { type AnnotationFile, type Annotations, findAnnotationFiles } from './annotation-files.ts';
import { checkImages } from './check-images.ts';
import { readClassFolders } from './class-folders.ts';
import { type CocoOptions, readCoco } from './coco.ts';
import { findOddLengths, findRepeats, splitsByFile } from './compare-labels.ts';
import { DatasetFiles } from './dataset-files.ts';
import { summarizeFindings } from './findings.ts';
import { groupsByPattern, groupsInSeveralSplits } from './groups.ts';
import type { ImagePath } from './image-path.ts';
import { type NamingRow, readLabelRows } from './label-rows.ts';
import { type Faults, type Labelled, type Labels, NOTHING_LABELLED } from './labelled.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { questionFolder, readQuestionFolder } from './question-folder.ts';
import { readQuestionRows } from './question-rows.ts';
import { didYouMean } from './similar-names.ts';
import type { GivenSplits } from './split.ts';
import { LABEL_FILE, readTextFile } from './text-file.ts';

/** The layouts of data sets: label files as in the FashionAI challenge, folders named after classes, label tables, COCO. */
export const LAYOUTS = ['fashionai', 'folders', 'table', 'coco'] as const;

/** The location and layout of a data set. Paths are relative to its root. */
export interface DatasetOptions {
  readonly root: string;
  readonly layout: (typeof LAYOUTS)[number];
  readonly annotations: Annotations;
  readonly columns: ColumnsParam | undefined;
  readonly imagePath: ImagePath | undefined;
  /** The kind of the labels that COCO files give. */
  readonly kind: CocoOptions['kind'];
  readonly questions: string;
  /** Whether a missing question file is a problem. */
  readonly questionsRequired: boolean;
  /** The name of the task of a folder tree without task folders, and of a COCO file. */
  readonly task: string;
  /** Finds the group of an image in its path. */
  readonly groupPattern: RegExp | undefined;
  /** Whether the samples for training and validation are divided anew, into folds. */
  readonly hasFolds: boolean;
}

export interface Dataset extends Labels {
  /** Undefined without a question file. */
  readonly questions: readonly Question[] | undefined;
}

/**
 * Reads and checks a data set in FashionAI's layout (label files) or as a folder tree. All problems are reported together;
 * if there are more than the message shows, the complete list is written to `problems.txt` in the folder `work`.
 */
export async function readDataset(options: DatasetOptions, work: string): Promise<Result<Dataset>> {
  const files = new DatasetFiles(options.root);
  const labelled = await readLabels(options, files);
  const { questions, ...asked } = await readQuestions(options, labelled.tasks, files);
  const images = await checkImages([...labelled.rows, ...asked.rows], files);
  const { groups, ...grouped } = groupImages(labelled, options, files);
  const findings = [...labelled.findings, ...asked.findings, ...images, ...grouped.findings];
  const problems = [
    ...labelled.problems,
    ...tooManyTasks(labelled.tasks, files),
    ...asked.problems,
    ...summarizeFindings(findings, work),
  ];
  if (problems.length > 0) return failure(problems);
  const { labels, classNames, kinds, splits } = labelled;
  const notes = [...labelled.notes, ...asked.notes];
  return success({ labels, classNames, kinds, splits, groups, questions, notes });
}

function groupImages(
  { labels, splits, groups: given }: Labelled,
  { groupPattern, hasFolds }: DatasetOptions,
  files: DatasetFiles,
): Pick<GivenSplits, 'groups'> & Pick<Faults, 'findings'> {
  const images = new Set(labels.map(({ file }) => file));
  // Images without a label are in no split.
  const { groups, findings } =
    groupPattern === undefined
      ? { groups: new Map([...given].filter(([file]) => images.has(file))), findings: [] }
      : groupsByPattern(images, groupPattern, files);
  return { groups, findings: [...findings, ...groupsInSeveralSplits({ splits, groups }, hasFolds, files)] };
}

/** Each task is a head of the network, so a larger number is almost certainly a mistake in the data set. */
const MAX_TASKS = 1000;

function tooManyTasks({ size }: ReadonlySet<string>, files: DatasetFiles): Problem[] {
  if (size <= MAX_TASKS) return [];
  const message = `there are ${size} tasks; at most ${MAX_TASKS} are supported`;
  const advice = 'Each name in the second column and each task folder is one task: check these names.';
  return [{ message, at: { file: files.path('.') }, advice }];
}

function readLabels(options: DatasetOptions, files: DatasetFiles): Promise<Labelled> {
  switch (options.layout) {
    case 'folders':
      return readFolders(options, files);
    case 'fashionai':
      return readLabelFiles(options, files);
    case 'table':
      return readFrom(options, files, (found) =>
        readLabelTables(found, { columns: options.columns ?? {}, imagePath: options.imagePath }, files),
      );
    case 'coco':
      return readFrom(options, files, (found) => readCoco(found, options, files));
    default:
      return options.layout satisfies never;
  }
}

async function readLabelFiles({ annotations }: DatasetOptions, files: DatasetFiles): Promise<Labelled> {
  const { found, problems: unmatched } = await findAnnotationFiles(annotations, files);
  const read = await Promise.all(found.map(({ file }) => readTextFile(files.path(file), LABEL_FILE)));
  const texts = read.flatMap((text) => (text.ok ? text.value : []));
  const { labels, rows, tasks, findings } = readLabelRows(texts);
  const { splits, findings: contradictions } = splitsByFile(
    labels,
    new Map(found.map(({ file, split }) => [files.path(file), split])),
  );
  return {
    ...NOTHING_LABELLED,
    labels,
    splits,
    rows,
    tasks,
    findings: [...findings, ...findOddLengths(labels), ...findRepeats(rows), ...contradictions],
    problems: [...unmatched, ...read.flatMap((text) => (text.ok ? [] : text.failure))],
  };
}

async function readFrom(
  { annotations }: DatasetOptions,
  files: DatasetFiles,
  read: (found: readonly AnnotationFile[]) => Promise<Labelled>,
): Promise<Labelled> {
  const { found, problems } = await findAnnotationFiles(annotations, files);
  return problems.length > 0 ? { ...NOTHING_LABELLED, problems } : read(found);
}

async function readFolders(options: DatasetOptions, files: DatasetFiles): Promise<Labelled> {
  const { annotations, questions, task } = options;
  const { found } = await findAnnotationFiles(annotations, files);
  if (found.length > 0) {
    const message = 'the data set has a label file, but the param "layout" is "folders"';
    const advice = 'Remove the param "layout" to read the label file, or remove the label file to use the folders.';
    const problems = found.map(({ file }) => ({ message, at: { file: files.path(file) }, advice }));
    return { ...NOTHING_LABELLED, problems };
  }
  // `Tests/question.csv` is in a folder with the images that it asks about; that folder is not a class.
  const plain = path.posix.normalize(questions);
  const [folder] = plain.split('/');
  const hasQuestions =
    (await files.entry(plain)).kind === 'file' || (await questionFolder(options, plain, files)) !== undefined;
  const tree = await readClassFolders(files, { task, except: hasQuestions ? folder : undefined });
  return { ...NOTHING_LABELLED, ...tree, tasks: new Set(tree.classNames.keys()) };
}

interface QuestionsRead extends Faults {
  /** Undefined without a question file. */
  readonly questions: readonly Question[] | undefined;
  readonly rows: readonly NamingRow[];
  readonly notes: readonly string[];
}

async function readQuestions(
  options: DatasetOptions,
  tasks: ReadonlySet<string>,
  files: DatasetFiles,
): Promise<QuestionsRead> {
  const { questions: name, questionsRequired, layout } = options;
  const nothing = { questions: undefined, rows: [], problems: [], findings: [], notes: [] };
  const plain = pathInDataset(name);
  if (typeof plain !== 'string')
    return { ...nothing, problems: [{ message: plain.message, advice: QUESTION_FILE.advice }] };
  const folder = await questionFolder(options, plain, files);
  if (folder !== undefined) return { ...nothing, ...(await readQuestionFolder(folder, tasks, files)) };
  if (!questionsRequired && (await files.entry(plain)).kind === 'missing') {
    const similar = await didYouMean(plain, files);
    const note = `no ${name} in the data set, so there are no questions${similar === undefined ? '' : `. ${similar}`}`;
    return { ...nothing, notes: layout === 'fashionai' || similar !== undefined ? [note] : [] };
  }
  const text = await readTextFile(files.path(plain), QUESTION_FILE);
  if (!text.ok) return { ...nothing, problems: text.failure };
  const { questions, findings } = readQuestionRows(text.value, tasks);
  const notes = questions.length === 0 ? [`${name} has no rows, so there are no questions`] : [];
  return { questions, rows: questions, findings, problems: [], notes };
}

const QUESTION_FILE = {
  name: 'the question file',
  advice: 'Set the param "questions" to the path of the question file, relative to the folder of the data set.',
};
