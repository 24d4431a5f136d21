import { temporaryFolder, writeFiles } from '../support/dataset.ts';

/** The params of a data set with the label table `labels.csv`. */
export const TABLE = { layout: 'table', annotations: 'labels.csv' };

/** Creates a data set with a label table, and a file for each image that its first column names. */
export function tableOf(lines: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = temporaryFolder();
  const images = lines.slice(1).map((line) => line.split(/[,;\t]/)[0] ?? '');
  writeFiles(root, {
    ...Object.fromEntries(images.filter((name) => /^\w+\.jpg$/.test(name)).map((name) => [name, 'image'])),
    'labels.csv': lines.join('\n'),
    ...files,
  });
  return root;
}
