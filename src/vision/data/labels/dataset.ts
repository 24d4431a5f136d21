import path from 'node:path';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { Question } from '../tables/questions.ts';
import { findAnnotationFiles } from './annotation-files.ts';
import { checkImages } from './check-images.ts';
import { readClassFolders } from './class-folders.ts';
import { findOddLengths, findRepeats } from './compare-labels.ts';
import { DatasetFiles } from './dataset-files.ts';
import { type Finding, summarizeFindings } from './findings.ts';
import { groupsByPattern, groupsInSeveralSplits } from './groups.ts';
import { type Label, type NamingRow, readLabelRows } from './label-rows.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { questionFolder, readQuestionFolder } from './question-folder.ts';
import { readQuestionRows } from './question-rows.ts';
import { didYouMean } from './similar-names.ts';
import type { GivenSplits } from './split.ts';
import { readTextFile } from './text-file.ts';

/** The layouts of data sets: label files as in the FashionAI challenge, or folders named after classes. */
export const LAYOUTS = ['fashionai', 'folders'] as const;

/** The location and layout of a data set. Paths are relative to its root. */
export interface DatasetOptions {
  readonly root: string;
  readonly layout: (typeof LAYOUTS)[number];
  /** The label files, as paths or globs. */
  readonly annotations: readonly string[];
  readonly questions: string;
  /** Whether a missing question file is a problem. */
  readonly questionsRequired: boolean;
  /** The name of the task of a folder tree without task folders. */
  readonly task: string;
  /** Finds the group of an image in its path. */
  readonly groupPattern: RegExp | undefined;
  /** Whether the samples for training and validation are divided anew, into folds. */
  readonly hasFolds: boolean;
}

export interface Dataset extends GivenSplits {
  readonly labels: readonly Label[];
  /** The class names of each task, by class index, where folders name the classes. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  /** Undefined without a question file. */
  readonly questions: readonly Question[] | undefined;
  readonly notes: readonly string[];
}

/**
 * Reads and checks a data set in FashionAI's layout (label files) or as a folder tree. All problems are reported together;
 * if there are more than the message shows, the complete list is written to `problems.txt` in the folder `work`.
 */
export async function readDataset(options: DatasetOptions, work: string): Promise<Result<Dataset>> {
  const files = new DatasetFiles(options.root);
  const labelled =
    options.layout === 'folders' ? await readFolders(options, files) : await readLabelFiles(options, files);
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
  const { labels, classNames, splits } = labelled;
  return success({ labels, classNames, splits, groups, questions, notes: [...labelled.notes, ...asked.notes] });
}

function groupImages(
  { labels, splits }: Labelled,
  { groupPattern, hasFolds }: DatasetOptions,
  files: DatasetFiles,
): Pick<GivenSplits, 'groups'> & Pick<Faults, 'findings'> {
  if (groupPattern === undefined) return { groups: new Map(), findings: [] };
  const images = new Set(labels.map(({ file }) => file));
  const { groups, findings } = groupsByPattern(images, groupPattern, files);
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

/** Problems, of which there is at most one per file, and findings, of which there may be thousands. */
interface Faults {
  readonly problems: readonly Problem[];
  readonly findings: readonly Finding[];
}

interface Labelled extends Faults, Omit<Dataset, 'questions' | 'groups'> {
  /** All rows that name an image, valid or not. */
  readonly rows: readonly NamingRow[];
  /** The tasks that any row names, valid or not. */
  readonly tasks: ReadonlySet<string>;
}

async function readLabelFiles({ annotations }: DatasetOptions, files: DatasetFiles): Promise<Labelled> {
  const { found, problems: unmatched } = await findAnnotationFiles(annotations, files);
  const read = await Promise.all(found.map((file) => readTextFile(files.path(file), LABEL_FILE)));
  const texts = read.flatMap((text) => (text.ok ? text.value : []));
  const { labels, rows, tasks, findings } = readLabelRows(texts);
  return {
    labels,
    classNames: new Map(),
    splits: new Map(),
    rows,
    tasks,
    findings: [...findings, ...findOddLengths(labels), ...findRepeats(rows)],
    problems: [...unmatched, ...read.flatMap((text) => (text.ok ? [] : text.failure))],
    notes: [],
  };
}

async function readFolders(options: DatasetOptions, files: DatasetFiles): Promise<Labelled> {
  const { annotations, questions, task } = options;
  const { found } = await findAnnotationFiles(annotations, files);
  if (found.length > 0) {
    const message = 'the data set has a label file, but the param "layout" is "folders"';
    const advice = 'Remove the param "layout" to read the label file, or remove the label file to use the folders.';
    const problems = found.map((file) => ({ message, at: { file: files.path(file) }, advice }));
    return { ...NOTHING, problems };
  }
  // `Tests/question.csv` is in a folder with the images that it asks about; that folder is not a class.
  const plain = path.posix.normalize(questions);
  const [folder] = plain.split('/');
  const hasQuestions =
    (await files.entry(plain)).kind === 'file' || (await questionFolder(options, plain, files)) !== undefined;
  const tree = await readClassFolders(files, { task, except: hasQuestions ? folder : undefined });
  return { ...tree, rows: [], tasks: new Set(tree.classNames.keys()), problems: [] };
}

const NOTHING: Labelled = {
  labels: [],
  classNames: new Map(),
  splits: new Map(),
  rows: [],
  tasks: new Set(),
  findings: [],
  problems: [],
  notes: [],
};

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

const LABEL_FILE = {
  name: 'the label file',
  advice: 'Set the input "dataset" to the folder of the data set, or the param "annotations" to the label file in it.',
};

const QUESTION_FILE = {
  name: 'the question file',
  advice: 'Set the param "questions" to the path of the question file, relative to the folder of the data set.',
};
