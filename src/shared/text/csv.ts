/** Quotes a CSV field as in RFC 4180. Fields with leading or trailing spaces are quoted too: some readers trim them. */
export function csvField(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
