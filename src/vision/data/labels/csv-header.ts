import type { Csv, CsvRow } from './csv.ts';

/** Accepted names of each column, from the files of several challenges; FashionAI's own names come first. */
const COLUMN_NAMES: readonly [readonly string[], ...(readonly string[])[]] = [
  ['filename', 'file', 'path', 'image', 'imageid', 'imagename', 'imagepath', 'img'],
  ['labelname', 'task', 'attribute', 'attr', 'attrkey'],
  ['label', 'labels', 'value', 'attrvalue', 'attrvalueconfs', 'answer'],
];

/** Returns the rows without a header, such as `filename,label_name,label`. */
export function withoutHeader({ rows }: Csv): readonly CsvRow[] {
  const [first, ...others] = rows;
  return first !== undefined && isHeader(first) ? others : rows;
}

/** Returns whether a column of this name has the paths of images. */
export function isImageColumn(name: string): boolean {
  return COLUMN_NAMES[0].includes(plainName(name));
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[ _-]/g, '');
}

function isHeader({ fields }: CsvRow): boolean {
  return fields.length >= 2 && fields.every((field, index) => COLUMN_NAMES[index]?.includes(plainName(field)) ?? false);
}
