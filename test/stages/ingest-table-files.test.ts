import { describe, expect, test } from 'vitest';
import { problemsOf } from './ingest-problems.ts';
import { TABLE, tableOf } from './label-table-data.ts';

describe('the files of label tables are checked', () => {
  const root = () => tableOf(['image,label', 'a.jpg,x', 'b.jpg,x']);

  test('that images are where the param "image_path" says', async () => {
    expect(await problemsOf(root(), { ...TABLE, image_path: 'images/*' })).toEqual([
      '…/labels.csv:2:1: the folder "images" for the images of 2 rows does not exist — Add the images to …/images, or remove the rows.',
    ]);
  });

  test('that the layout is that of a table', async () => {
    expect(await problemsOf(root(), { annotations: 'labels.csv' })).toEqual([
      '…/labels.csv:1: the first row is a header with the columns "image", "label" — Set the param "layout" to "table" to read a column for each task.',
    ]);
  });

  test('that a label file is of one split', async () => {
    expect(await problemsOf(root(), { ...TABLE, annotations: { train: 'labels.csv', test: 'labels.csv' } })).toEqual([
      '…/labels.csv: the param "annotations" names this label file for two splits — Name it for one of them.',
    ]);
  });

  test('that its rows are of the split that the param gives', async () => {
    const lines = ['image,label,split', 'a.jpg,x,train', 'b.jpg,x,test'];
    const params = { ...TABLE, annotations: { train: 'labels.csv' }, columns: { tasks: { label: 'class' } } };
    expect(await problemsOf(tableOf(lines), params)).toEqual([
      '…/labels.csv:3:9: the split is test, but the param "annotations" says that this file is for train — Correct one of them.',
    ]);
  });

  test('that a Parquet file is one', async () => {
    const files = { 'x.parquet': 'not parquet', 'y.parquet': 'PAR1xxxxxxxxxxxxxxxPAR1', 'z.parquet': '' };
    const problems = await problemsOf(tableOf([], files), { ...TABLE, annotations: Object.keys(files) });
    expect(problems).toHaveLength(3);
    for (const problem of problems) expect(problem).toContain('cannot read this as a Parquet file: ');
    // Nothing of JavaScript, such as "Offset is outside the bounds of the DataView".
    expect(problems[2]).toContain('it is damaged, or none — Write it again.');
  });
});
