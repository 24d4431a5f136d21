import type { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import { columnsParam } from '../label-tables/columns-param.ts';
import { annotationsParam } from './annotation-files.ts';
import { COCO_KINDS } from './coco.ts';
import { type DatasetOptions, LAYOUTS } from './dataset.ts';
import { imagePathParam } from './image-path.ts';

/** The schema of the params that say how a data set is laid out. */
export const layoutParams = {
  layout: {
    description:
      '`fashionai`: label files, as in the FashionAI challenge; `folders`: images at CLASS/*.jpg or TASK/CLASS/*.jpg, ' +
      'also below folders named after splits, as train/CLASS/*.jpg; `table`: CSV, TSV or Parquet files with a header, a ' +
      'row for each image, a column for each task; `coco`: JSON files in the format of COCO.',
    enum: LAYOUTS,
    default: 'fashionai',
  },
  annotations: annotationsParam,
  columns: columnsParam,
  image_path: imagePathParam,
  task: {
    description: 'Name of the task if the layout is `coco`, or `folders` without task folders.',
    type: 'string',
    default: 'label',
  },
  kind: {
    description:
      'Kind of the labels in the layout `coco`: `classes`, all categories of the annotations of an image, or none; ' +
      '`class`, the only one.',
    enum: COCO_KINDS,
    default: 'classes',
  },
} as const;

/** What the params say that may contradict each other. */
interface GivenLayout extends Pick<DatasetOptions, 'layout' | 'columns' | 'imagePath'> {
  /** The param `group_pattern`. */
  readonly groupPattern: string | undefined;
}

/** Returns a problem for each param that the layout does not read, and for two that say the groups. */
export function layoutProblems({ layout, columns, imagePath, groupPattern }: GivenLayout): readonly Problem[] {
  const misplaced = [
    ...(columns !== undefined && layout !== 'table' ? [{ name: 'columns', layouts: '"table"' }] : []),
    ...(imagePath !== undefined && layout !== 'table' && layout !== 'coco'
      ? [{ name: 'image_path', layouts: '"table" or "coco"' }]
      : []),
  ];
  const problems = misplaced.map(({ name, layouts }) => ({
    message: `the layout "${layout}" does not read the param "${name}"`,
    advice: `Set the param "layout" to ${layouts}, or remove "${name}".`,
  }));
  if (columns?.group === undefined || groupPattern === undefined) return problems;
  const message = `the params say the groups twice: by "group_pattern", and by the column ${quoted(columns.group)}`;
  return [...problems, { message, advice: 'Remove one of them.' }];
}
