import { counted, quoted } from '../../../shared/wording.ts';
import { parseCsv } from '../labels/csv.ts';
import type { Finding } from '../labels/findings.ts';
import { isImageName } from '../labels/image-names.ts';
import type { TextFile } from '../labels/text-file.ts';
import type { LabelTable } from './label-table.ts';

const SEPARATORS = [',', ';', '\t'];
const HEADER_ADVICE = 'Write the names of the columns into the first line, as in image,colour,length.';

/** Reads a table from a text whose first line names the columns. Fields are separated by commas, semicolons or tabs. */
export function readCsvTable(text: TextFile): LabelTable {
  const csv = parseCsv(text, { separator: separatorOf(text), hasLineBreaks: true });
  const [first = { line: 1, fields: [] }, ...others] = csv.rows;
  const header = first.fields;
  const findings: Finding[] = [...csv.findings];
  const rows = others.filter((row) => {
    if (row.fields.length === header.length) return true;
    findings.push({
      kind: 'rows with a wrong number of fields',
      message: `expected ${counted(header.length, 'field')} as in the header, but got ${row.fields.length}`,
      at: csv.place(row),
      advice: 'Correct the row, or remove it. A field that contains the separator has to be quoted.',
    });
    return false;
  });
  if (findings.length === 0) findings.push(...headerFindings(text.path, header, rows.length));
  return {
    file: text.path,
    header,
    rows,
    findings,
    place: ({ line, fields }, column) => csv.place({ line, fields: fields.map(String) }, column),
    headerPlace: (column) => csv.place(first, column),
  };
}

/** Returns the separator that occurs most often in the first line outside of quotes. */
function separatorOf({ text }: TextFile): string {
  const line = (/^\uFEFF?\s*([^\r\n]*)/.exec(text)?.[1] ?? '').replaceAll(/"[^"]*"/g, '');
  const count = (separator: string) => line.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function headerFindings(file: string, header: readonly string[], rows: number): Finding[] {
  const kind = 'rows with a wrong number of fields';
  const at = { file, line: 1 };
  const image = header.find(isImageName);
  if (image !== undefined) {
    const message = `the first line is no header: it names the image ${quoted(image)}`;
    return [{ kind, message, at, advice: HEADER_ADVICE }];
  }
  if (header.length === 0) return [{ kind, message: 'the label file is empty', at: { file }, advice: HEADER_ADVICE }];
  if (rows > 0) return [];
  return [{ kind, message: 'the label file has no rows', at, advice: 'Write a row for each image below the header.' }];
}
