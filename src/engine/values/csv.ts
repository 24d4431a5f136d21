import type { ValueReader } from '../../shared/extensions/values.ts';
import { parseTable } from '../inspect/csv.ts';
import { isTable } from '../inspect/text.ts';
import { GroupedNumbers } from './grouped-numbers.ts';
import { numbersIn } from './numbers-in-text.ts';
import { readText } from './read-text.ts';

/** CSV: the numbers of a column form a group. A cell may have several, such as `0.93;0.07`. */
export const csvValues: ValueReader = {
  async read({ name, path }) {
    if (!isTable(name)) return undefined;
    const text = readText(path);
    if (text === undefined) return undefined;
    const table = parseTable(text);
    const grouped = new GroupedNumbers();
    const others = new Map<string, string>([['the header', table.columns.join('\n')]]);
    for (const [row, cells] of table.rows.entries()) {
      for (const [index, cell] of cells.entries()) {
        const column = table.columns[index] ?? String(index + 1);
        const place = `row ${row + 1}, column ${column}`;
        const { numbers, rest } = numbersIn(cell);
        for (const number of numbers) grouped.add(`column ${column}`, number, place);
        others.set(place, rest);
      }
    }
    return { numbers: grouped.groups(), others };
  },
};
