/**
 * One line in the format of the challenge: `file,label_name,p1;p2;…`, with eight decimals each.
 *
 * @param probabilities of the classes of the question's task; they are scaled to a sum of 1.
 */
export function predictionLine(
  { file, labelName }: { readonly file: string; readonly labelName: string },
  probabilities: readonly number[],
): string {
  // A float32 softmax misses a sum of 1 in its seventh digit.
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  const answer = probabilities.map((probability) => (probability / sum).toFixed(8)).join(';');
  return `${quoted(file)},${quoted(labelName)},${answer}\n`;
}

/** A field as RFC 4180 has it. Blanks at the ends are quoted too, since some readers trim. */
function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
