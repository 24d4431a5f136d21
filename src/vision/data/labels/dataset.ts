import path from 'node:path';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import type { Question } from '../tables/questions.ts';
import { findAnnotationFiles } from './annotation-files.ts';
import { checkImages } from './check-images.ts';
import { readClassFolders } from './class-folders.ts';
import { findOddLengths, findRepeats } from './compare-labels.ts';
import { DatasetFiles } from './dataset-files.ts';
import { type Finding, tellFindings } from './findings.ts';
import { type Label, type NamingRow, readLabelRows } from './label-rows.ts';
import { didYouMean } from './near-names.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { readQuestionRows } from './question-rows.ts';
import { readTextFile } from './text-file.ts';

export const LAYOUTS = ['fashionai', 'folders'] as const;

/** Where a data set lies and how. The files' paths start at its root. */
export interface DatasetPlaces {
  readonly root: string;
  readonly layout: (typeof LAYOUTS)[number];
  /** Label files, as paths or globs. */
  readonly annotations: readonly string[];
  readonly questions: string;
  /** Whether a missing question file is a problem. */
  readonly questionsRequired: boolean;
  /** The one task of a tree whose folders are its classes. */
  readonly task: string;
}

export interface Dataset {
  readonly labels: readonly Label[];
  /** What the classes of a task are called, where folders name them. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  /** Undefined without a question file. */
  readonly questions: readonly Question[] | undefined;
  readonly notes: readonly string[];
}

/**
 * Reads and checks a data set. All that is wrong with it is found in one pass; where that is more than is told, the whole
 * list is written into the folder `work`.
 */
export async function readDataset(places: DatasetPlaces, work: string): Promise<Result<Dataset>> {
  const files = new DatasetFiles(places.root);
  const labelled = places.layout === 'folders' ? await readFolders(places, files) : await readLabelFiles(places, files);
  const asked = await readQuestions(places, labelled.tasks, files);
  const images = await checkImages([...labelled.rows, ...asked.rows], files);
  const findings = [...labelled.findings, ...asked.findings, ...images];
  const problems = [
    ...labelled.problems,
    ...tooMany(labelled.tasks, files),
    ...asked.problems,
    ...tellFindings(findings, work),
  ];
  if (problems.length > 0) return failure(problems);
  const { labels, classNames } = labelled;
  return success({ labels, classNames, questions: asked.questions, notes: [...labelled.notes, ...asked.notes] });
}

/** Each task is a head of the network. */
const MOST_TASKS = 1000;

function tooMany({ size }: ReadonlySet<string>, files: DatasetFiles): Problem[] {
  if (size <= MOST_TASKS) return [];
  const message = `there are ${size} tasks, more than ${MOST_TASKS}`;
  const advice = 'Each name in the second column is one, and so is each task folder: is each of these one?';
  return [{ message, at: { file: files.path('.') }, advice }];
}

/** Problems of which there is one a file, and findings of which there may be thousands. */
interface Faults {
  readonly problems: readonly Problem[];
  readonly findings: readonly Finding[];
}

interface Labelled extends Faults, Omit<Dataset, 'questions'> {
  /** All that name an image, be they right or wrong. */
  readonly rows: readonly NamingRow[];
  /** The tasks that any row names, be it right or wrong. */
  readonly tasks: ReadonlySet<string>;
}

async function readLabelFiles({ annotations }: DatasetPlaces, files: DatasetFiles): Promise<Labelled> {
  const { found, problems: unfound } = await findAnnotationFiles(annotations, files);
  const read = await Promise.all(found.map((file) => readTextFile(files.path(file), LABEL_FILE)));
  const texts = read.flatMap((text) => (text.ok ? text.value : []));
  const { labels, rows, tasks, findings } = readLabelRows(texts);
  return {
    labels,
    classNames: new Map(),
    rows,
    tasks,
    findings: [...findings, ...findOddLengths(labels), ...findRepeats(rows)],
    problems: [...unfound, ...read.flatMap((text) => (text.ok ? [] : text.failure))],
    notes: [],
  };
}

async function readFolders({ annotations, questions, task }: DatasetPlaces, files: DatasetFiles): Promise<Labelled> {
  const { found } = await findAnnotationFiles(annotations, files);
  if (found.length > 0) {
    const message = 'there is a label file, so the folders cannot be the labels';
    const advice = 'Take the param «layout» out to read the label file, or take the label file out of the data set.';
    const problems = found.map((file) => ({ message, at: { file: files.path(file) }, advice }));
    return { labels: [], classNames: new Map(), rows: [], tasks: new Set(), findings: [], problems, notes: [] };
  }
  // «Tests/question.csv» stands in a folder with the images that it asks about, which is no class.
  const [folder] = path.posix.normalize(questions).split('/');
  const isAsked = (await files.entry(questions)).kind === 'file';
  const tree = await readClassFolders(files, { task, except: isAsked ? folder : undefined });
  return { ...tree, rows: [], tasks: new Set(tree.classNames.keys()), problems: [] };
}

interface Asked extends Faults {
  /** Undefined without a question file. */
  readonly questions: readonly Question[] | undefined;
  readonly rows: readonly NamingRow[];
  readonly notes: readonly string[];
}

async function readQuestions(places: DatasetPlaces, tasks: ReadonlySet<string>, files: DatasetFiles): Promise<Asked> {
  const { questions: name, questionsRequired, layout } = places;
  const nothing = { questions: undefined, rows: [], problems: [], findings: [], notes: [] };
  const plain = pathInDataset(name);
  if (typeof plain !== 'string')
    return { ...nothing, problems: [{ message: plain.message, advice: QUESTION_FILE.advice }] };
  if (!questionsRequired && (await files.entry(plain)).kind === 'missing') {
    const near = await didYouMean(plain, files);
    const note = `no ${name} in the data set, so there are no questions${near === undefined ? '' : `. ${near}`}`;
    return { ...nothing, notes: layout === 'fashionai' || near !== undefined ? [note] : [] };
  }
  const text = await readTextFile(files.path(plain), QUESTION_FILE);
  if (!text.ok) return { ...nothing, problems: text.failure };
  const { questions, findings } = readQuestionRows(text.value, tasks);
  const notes = questions.length === 0 ? [`${name} has no rows, so there are no questions`] : [];
  return { questions, rows: questions, findings, problems: [], notes };
}

const LABEL_FILE = {
  name: 'the label file',
  advice:
    'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.',
};

const QUESTION_FILE = {
  name: 'the question file',
  advice: 'Point the param «questions» at the question file; its path starts at the folder of the data set.',
};
