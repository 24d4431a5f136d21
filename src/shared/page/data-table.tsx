import { type ComponentChild, h, type JSX } from 'preact';

/** A cell: what it shows, and the value by which its column is sorted if that is another one. */
export type Cell = ComponentChild | { readonly shown: ComponentChild; readonly order: number | string };

export interface Column {
  readonly name: string;
  /** Whether its cells are numbers, which are aligned to the right. */
  readonly numeric?: boolean;
}

interface TableProps {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether rows can be sorted and filtered, where the page runs scripts. */
  readonly sortable?: boolean;
}

/** A table that scrolls by itself where the window is narrow. The first cell of a row is its head. */
export function DataTable({ caption, columns, rows, sortable = false }: TableProps): JSX.Element {
  // What scrolls has to be reachable by keyboard, and have a name. A landmark for each table would be too many.
  const reachable = { tabIndex: 0, role: 'group', 'aria-label': caption } as const;
  return (
    <div class="scroll" {...reachable}>
      <table class={sortable ? 'sortable' : undefined}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, numeric }) => (
              <th key={name} scope="col" class={numeric ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => h('tr', {}, ...row.map((cell, at) => tableCell(cell, at, columns[at]?.numeric ?? false))))}
        </tbody>
      </table>
    </div>
  );
}

function tableCell(cell: Cell, at: number, numeric: boolean): JSX.Element {
  const isOrdered = typeof cell === 'object' && cell !== null && 'order' in cell;
  const shown = isOrdered ? cell.shown : cell;
  const attributes = { class: numeric ? 'number' : undefined, 'data-order': isOrdered ? cell.order : undefined };
  return at === 0 ? (
    <th key={at} scope="row" {...attributes}>
      {shown}
    </th>
  ) : (
    <td key={at} {...attributes}>
      {shown}
    </td>
  );
}
