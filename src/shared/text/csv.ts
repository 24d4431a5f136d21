/** Joins fields to a line of CSV, with a line break at its end. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

/** Quotes a CSV field as in RFC 4180. Fields with leading or trailing spaces are quoted too: some readers trim them. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
