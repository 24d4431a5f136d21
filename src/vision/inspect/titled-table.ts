import { lineWidth, type View } from '../../shared/extensions/view.ts';
import { leftOut, table } from '../../shared/text/table.ts';

/** Returns a table whose first row is its head, and a line that names the columns that do not fit. */
export function titledTable(rows: readonly (readonly string[])[], view: View): string[] {
  const found = table(rows, lineWidth(view));
  const [head = '', ...lines] = found.lines;
  return [view.paint('dim', head), ...lines, ...leftOut(rows[0] ?? [], found, lineWidth(view))];
}
