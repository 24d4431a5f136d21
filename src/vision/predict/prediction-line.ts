/**
 * Formats one line of a FashionAI submission: `file,label_name,p1;p2;…`, with eight decimals for each probability.
 *
 * @param probabilities one for each class of the question's task; they are normalized to a sum of 1.
 */
export function predictionLine(
  { file, labelName }: { readonly file: string; readonly labelName: string },
  probabilities: Iterable<number>,
): string {
  return csvLine([file, labelName, probabilityList(probabilities)]);
}

/** Joins probabilities by semicolons, with eight decimals, normalized to a sum of 1. */
export function probabilityList(probabilities: Iterable<number>): string {
  const values = [...probabilities];
  // The sum of a float32 softmax differs from 1 in the seventh digit.
  const sum = values.reduce((total, probability) => total + probability, 0);
  return values.map((probability) => (probability / sum).toFixed(8)).join(';');
}

/** Joins fields to a line of CSV, with a line break at its end. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

/** Quotes a CSV field as in RFC 4180. Fields with leading or trailing spaces are quoted too: some readers trim them. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
