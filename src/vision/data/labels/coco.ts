import { quoted } from '../../../shared/wording.ts';
import { isTaskName, type Split } from '../tables/task.ts';
import type { AnnotationFile } from './annotation-files.ts';
import { type CocoFile, type CocoId, readCocoFile } from './coco-file.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding, FindingKind } from './findings.ts';
import { type ImagePath, imagePathOf } from './image-path.ts';
import { invalidTaskName, type Label, MAX_CLASSES, type NamingRow } from './label-rows.ts';
import { type Labelled, NOTHING_LABELLED } from './labelled.ts';
import { pathInDataset } from './path-in-dataset.ts';

/** The kinds of labels that COCO files can give: all categories of an image, or its only one. */
export const COCO_KINDS = ['classes', 'class'] as const;

export interface CocoOptions {
  /** The name of the task. */
  readonly task: string;
  readonly kind: (typeof COCO_KINDS)[number];
  readonly imagePath: ImagePath | undefined;
}

/**
 * Reads annotations in the format of COCO for classification: the label of an image is which categories its annotations
 * have, wherever in the image these are. Categories of several files are the same class if they have the same name.
 */
export async function readCoco(
  found: readonly AnnotationFile[],
  { task, kind, imagePath }: CocoOptions,
  files: DatasetFiles,
): Promise<Labelled> {
  const read = found.map((each) => ({ ...each, content: readCocoFile(files.path(each.file)) }));
  const problems = read.flatMap(({ content }) => (content.ok ? [] : content.failure));
  if (problems.length > 0) return { ...NOTHING_LABELLED, problems };
  const contents = read.flatMap(({ file, split, content }) =>
    content.ok ? [{ file: files.path(file), split, content: content.value }] : [],
  );
  const names = [...new Set(contents.flatMap(({ content }) => content.categories.map(({ name }) => name)))];
  const at = { file: contents[0]?.file ?? '' };
  if (names.length === 0 || names.length > MAX_CLASSES) {
    const message = `there are ${names.length} categories; from 1 to ${MAX_CLASSES} are supported`;
    return { ...NOTHING_LABELLED, problems: [{ message, at, advice: 'Check the list "categories".' }] };
  }
  if (!isTaskName(task)) return { ...NOTHING_LABELLED, problems: [{ ...invalidTaskName(task), at }] };
  const images = new CocoImages(names, kind, imagePath);
  for (const { file, split, content } of contents) images.read(content, file, split);
  const { labels, rows, splits, findings, unlabelled } = images;
  return {
    ...NOTHING_LABELLED,
    labels: labels.map((label) => ({ ...label, task })),
    rows,
    splits,
    findings,
    classNames: new Map([[task, names]]),
    kinds: new Map(kind === 'class' ? [] : [[task, kind]]),
    tasks: new Set([task]),
    notes: unlabelled === 0 ? [] : [`${unlabelled} of ${rows.length} images have no annotation and are left out`],
  };
}

/** Collects the labels of images. */
class CocoImages {
  readonly labels: Omit<Label, 'task'>[] = [];
  readonly rows: NamingRow[] = [];
  readonly splits = new Map<string, Split>();
  readonly findings: Finding[] = [];
  unlabelled = 0;
  readonly #names: readonly string[];
  readonly #kind: CocoOptions['kind'];
  readonly #imagePath: ImagePath | undefined;
  readonly #seen = new Set<string>();

  constructor(names: readonly string[], kind: CocoOptions['kind'], imagePath: ImagePath | undefined) {
    this.#names = names;
    this.#kind = kind;
    this.#imagePath = imagePath;
  }

  /** @param coco the path of the file. */
  read({ images, annotations, categories }: CocoFile, coco: string, split: Split | undefined): void {
    const at = { file: coco };
    const find = (kind: FindingKind, message: string, advice: string) =>
      this.findings.push({ kind, message, at, advice });
    for (const [list, items] of [['images', images] as const, ['categories', categories] as const]) {
      for (const id of repeated(items))
        find(
          'invalid annotations',
          `two of "${list}" have the id ${quoted(String(id))}`,
          'Give each an id of its own.',
        );
    }
    const indices = new Map(categories.map(({ id, name }) => [id, this.#names.indexOf(name)]));
    const classesOf = new Map<CocoId, Set<number>>(images.map(({ id }) => [id, new Set()]));
    for (const { image_id: image, category_id: category } of annotations) {
      const [classes, index] = [classesOf.get(image), indices.get(category)];
      if (classes !== undefined && index !== undefined) classes.add(index);
      else {
        const [list, id] = classes === undefined ? ['images', image] : ['categories', category];
        find(
          'invalid annotations',
          `an annotation is of the id ${quoted(String(id))}, which is not in "${list}"`,
          'Remove the annotation.',
        );
      }
    }
    for (const { id, file_name: name } of images) {
      const image = pathInDataset(imagePathOf(name, this.#imagePath, split));
      if (typeof image !== 'string') this.findings.push({ ...image, at });
      else if (this.#seen.has(image))
        find('duplicate rows', `${quoted(image)} is in "images" twice`, 'Remove one, and its annotations.');
      else {
        this.#seen.add(image);
        this.rows.push({ file: image, place: () => at });
        if (split !== undefined) this.splits.set(image, split);
        this.#label(
          image,
          [...(classesOf.get(id) ?? [])].sort((a, b) => a - b),
          coco,
        );
      }
    }
  }

  #label(file: string, classes: readonly number[], coco: string): void {
    const [first = 0, second] = classes;
    if (this.#kind === 'class' && classes.length === 0) this.unlabelled += 1;
    else if (this.#kind === 'class' && second !== undefined) {
      const message = `${quoted(file)} has the categories ${quoted(this.#names[first] ?? '')} and ${quoted(this.#names[second] ?? '')}, but a label of the kind class is one`;
      const advice = 'Set the param "kind" to "classes", or remove annotations.';
      this.findings.push({ kind: 'invalid annotations', message, at: { file: coco }, advice });
    } else {
      const label = this.#names.map((_, index) => (classes.includes(index) ? 'y' : 'n')).join('');
      this.labels.push({ file, label, classIndex: first });
    }
  }
}

/** Returns the ids that two or more items have. */
function repeated(items: readonly { readonly id: CocoId }[]): readonly CocoId[] {
  const seen = new Set<CocoId>();
  return items.flatMap(({ id }) => {
    if (seen.has(id)) return [id];
    seen.add(id);
    return [];
  });
}
