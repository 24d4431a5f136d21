import type { Csv, CsvRow } from './csv.ts';

/** What the columns are called in the files of several challenges, FashionAI's own names first. */
const COLUMN_NAMES: readonly (readonly string[])[] = [
  ['filename', 'file', 'path', 'image', 'imageid', 'imagename', 'imagepath', 'img'],
  ['labelname', 'task', 'attribute', 'attr', 'attrkey'],
  ['label', 'labels', 'value', 'attrvalue', 'attrvalueconfs', 'answer'],
];

/** The rows without a first one that names the columns in their order: «filename,label_name,label». */
export function withoutHeader({ rows }: Csv): readonly CsvRow[] {
  const [first, ...others] = rows;
  return first !== undefined && isHeader(first) ? others : rows;
}

function isHeader({ fields }: CsvRow): boolean {
  return (
    fields.length >= 2 &&
    fields.every((field, index) => COLUMN_NAMES[index]?.includes(field.toLowerCase().replaceAll(/[ _-]/g, '')) ?? false)
  );
}
