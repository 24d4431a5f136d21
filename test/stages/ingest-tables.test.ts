import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';

const TABLE = { layout: 'table', annotations: 'labels.csv' };

/** Creates a data set with a label table, and a file for each image that its first column names. */
function tableOf(lines: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = temporaryFolder();
  const images = lines.slice(1).map((line) => line.split(/[,;\t]/)[0] ?? '');
  writeFiles(root, {
    ...Object.fromEntries(images.filter((name) => name.endsWith('.jpg')).map((name) => [name, 'image'])),
    'labels.csv': lines.join('\n'),
    ...files,
  });
  return root;
}

/** Ingests a table and returns its rows, sorted, each as `file task label`, and what is known about its tasks. */
async function labelsOf(root: string, params: Readonly<Record<string, unknown>> = {}) {
  const { failure, outputs, logged } = await ingestOf(root, { ...TABLE, ...params });
  expect(failure).toBeUndefined();
  const { samples, classNames, kinds } = unwrap(await readSamples(outputs.samples ?? ''));
  const rows = samples.map(({ file, task, label }) => `${file} ${task} ${label}`).toSorted();
  const tasks = JSON.parse(readFileSync(outputs.tasks ?? '', 'utf8')).tasks;
  return { rows, samples, classNames: Object.fromEntries(classNames), kinds: Object.fromEntries(kinds ?? []), logged, tasks };
}

describe('a label table', () => {
  test('has the class names of a task in each column; an empty field is no label', async () => {
    const root = tableOf([
      'image,colour,collar',
      '1.jpg,red,round',
      '2.jpg,blue,',
      '3.jpg,red,round',
      '4.jpg,blue,v',
      '5.jpg,,v',
      '6.jpg,,',
    ]);
    const { rows, classNames, logged } = await labelsOf(root);
    expect(rows).toEqual([
      '1.jpg collar yn',
      '1.jpg colour ny',
      '2.jpg colour yn',
      '3.jpg collar yn',
      '3.jpg colour ny',
      '4.jpg collar ny',
      '4.jpg colour yn',
      '5.jpg collar ny',
    ]);
    expect(classNames).toEqual({ collar: ['round', 'v'], colour: ['blue', 'red'] });
    expect(logged).toContain('1 of 6 images have no label and are left out');
  });

  test('makes one sample of all labels of an image', async () => {
    const root = tableOf(['image,colour,collar', '1.jpg,red,round', '2.jpg,red,v', '3.jpg,blue,v', '4.jpg,blue,round']);
    const { samples } = await labelsOf(root);
    expect(samples.map(({ sample }) => sample)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    for (const { sample, file } of samples) expect(samples.find((each) => each.sample === sample)?.file).toBe(file);
  });

  test('says by the param "columns" which columns are tasks, and which kinds of labels they have', async () => {
    const root = tableOf([
      'name,hue,tags,length,price,width,height,note',
      '1.jpg,red,silk|long,knee,9.5,3,4,x',
      '2.jpg,blue,silk,short,,,2,y',
      '3.jpg,red,none,long,1e2,1,-1,z',
    ]);
    const { rows, classNames, kinds } = await labelsOf(root, {
      columns: {
        file: 'name',
        tasks: {
          colour: { kind: 'class', column: 'hue' },
          tags: { kind: 'classes', separator: '|', none: 'none' },
          length: { kind: 'ordered', classes: ['short', 'knee', 'long'] },
          price: 'numbers',
          size: { kind: 'numbers', columns: ['width', 'height'] },
        },
      },
    });
    expect(rows).toEqual([
      '1.jpg colour ny',
      '1.jpg length nyn',
      '1.jpg price 9.5',
      '1.jpg size 3;4',
      '1.jpg tags yy',
      '2.jpg colour yn',
      '2.jpg length ynn',
      '2.jpg size ;2',
      '2.jpg tags ny',
      '3.jpg colour ny',
      '3.jpg length nny',
      '3.jpg price 100',
      '3.jpg size 1;-1',
      '3.jpg tags nn',
    ]);
    expect(classNames).toEqual({
      colour: ['blue', 'red'],
      tags: ['long', 'silk'],
      length: ['short', 'knee', 'long'],
      size: ['width', 'height'],
    });
    expect(kinds).toEqual({ tags: 'classes', length: 'ordered', price: 'numbers', size: 'numbers' });
  });
});
