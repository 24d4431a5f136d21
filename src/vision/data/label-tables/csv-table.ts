import { counted, quoted } from '../../../shared/wording.ts';
import { parseCsv } from '../labels/csv.ts';
import type { Finding } from '../labels/findings.ts';
import { isImageName } from '../labels/image-names.ts';
import type { TextFile } from '../labels/text-file.ts';
import { type LabelTable, noRows } from './label-table.ts';

const SEPARATORS = [',', ';', '\t'];
const HEADER_ADVICE = 'Write the names of the columns into the first line, as in image,colour,length.';

/** Reads a table from a text whose first line names the columns. Fields are separated by commas, semicolons or tabs. */
export function readCsvTable(text: TextFile): LabelTable {
  const csv = parseCsv(text, { separator: separatorOf(text), hasLineBreaks: true });
  const [first = { line: 1, fields: [] }, ...others] = csv.rows;
  const header = first.fields;
  const findings: Finding[] = [...csv.findings];
  const image = header.find(isImageName);
  const rows = (image === undefined ? others : []).filter((row) => {
    if (row.fields.length === header.length) return true;
    findings.push({
      kind: 'rows with a wrong number of fields',
      message: `expected ${counted(header.length, 'field')} as in the header, but got ${row.fields.length}`,
      at: csv.place(row),
      advice: 'Correct the row, or remove it. A field that contains the separator has to be quoted.',
    });
    return false;
  });
  if (image !== undefined) findings.push(noHeader(text.path, image));
  else if (rows.length === 0 && findings.length === 0)
    findings.push(header.length === 0 ? empty(text.path) : noRows(text.path));
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

function noHeader(file: string, image: string): Finding {
  const message = `the first line is no header: it names the image ${quoted(image)}`;
  return { kind: 'rows with a wrong number of fields', message, at: { file, line: 1 }, advice: HEADER_ADVICE };
}

function empty(file: string): Finding {
  const kind = 'rows with a wrong number of fields';
  return { kind, message: 'the label file is empty', at: { file }, advice: HEADER_ADVICE };
}
