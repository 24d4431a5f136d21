/** Lets tables be sorted and filtered. The page can be read without it. */
export const SCRIPT = `
'use strict';
const valueOf = (row, at) => {
  const cell = row.cells[at];
  const text = cell === undefined ? '' : cell.dataset.order ?? cell.textContent;
  const number = Number(text.replaceAll(',', ''));
  return text.trim() === '' || Number.isNaN(number) ? text : number;
};
const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
for (const table of document.querySelectorAll('table.sortable')) {
  const [body] = table.tBodies;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const descending = head.ariaSort === 'ascending';
      for (const each of heads) each.ariaSort = null;
      head.ariaSort = descending ? 'descending' : 'ascending';
      const rows = [...body.rows].sort((a, b) => compare(valueOf(a, at), valueOf(b, at)));
      body.append(...(descending ? rows.reverse() : rows));
    });
  });
  if (body.rows.length < 8) continue;
  const label = document.createElement('label');
  label.className = 'filter';
  const input = document.createElement('input');
  input.type = 'search';
  label.append('Filter: ', input);
  table.parentElement.before(label);
  input.addEventListener('input', () => {
    const wanted = input.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
`;
