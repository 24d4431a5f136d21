import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSamples } from '../../src/vision/data/tables/samples.ts';
import { writeFiles } from '../support/dataset.ts';
import { ingestOf } from '../support/ingest.ts';
import { unwrap } from '../support/result.ts';
import { problemsOf } from './ingest-problems.ts';
import { TABLE, tableOf } from './label-table-data.ts';

/** Ingests a table and returns its rows, sorted, each as `file task label`, and what is known about its tasks. */
async function labelsOf(root: string, params: Readonly<Record<string, unknown>> = {}) {
  const { failure, outputs, logged } = await ingestOf(root, { ...TABLE, ...params });
  expect(failure).toBeUndefined();
  const { samples, classNames, kinds } = unwrap(await readSamples(outputs.samples ?? ''));
  const rows = samples.map(({ file, task, label }) => `${file} ${task} ${label}`).toSorted();
  const tasks = JSON.parse(readFileSync(outputs.tasks ?? '', 'utf8')).tasks;
  return {
    rows,
    samples,
    classNames: Object.fromEntries(classNames),
    kinds: Object.fromEntries(kinds ?? []),
    logged,
    tasks,
  };
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
    const { metrics } = await ingestOf(root, { ...TABLE, validation_fraction: 0.25 });
    expect(metrics).toMatchObject({ samples: 4, images: 4, train: 3, validation: 1 });
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

  test('may have a column for each of several classes', async () => {
    const root = tableOf(['image,hat,coat,bag', '1.jpg,1,-1,0', '2.jpg,yes,,no', '3.jpg,FALSE,false,0', '4.jpg,,,']);
    const { rows, classNames } = await labelsOf(root, {
      columns: { tasks: { wears: { kind: 'classes', columns: ['hat', 'coat', 'bag'] } } },
    });
    expect(rows).toEqual(['1.jpg wears ynn', '2.jpg wears ymn', '3.jpg wears nnn']);
    expect(classNames).toEqual({ wears: ['hat', 'coat', 'bag'] });
  });

  test('orders classes that are numbers by their size', async () => {
    const root = tableOf(['image,stars', '1.jpg,10', '2.jpg,9', '3.jpg,9', '4.jpg,10']);
    const { classNames } = await labelsOf(root, { columns: { tasks: { stars: 'ordered' } } });
    expect(classNames).toEqual({ stars: ['9', '10'] });
  });

  test.each([
    ['commas, as Excel writes UTF-8', ',', '\uFEFF', '\r\n'],
    ['semicolons', ';', '', '\n'],
    ['tabs', '\t', '\uFEFF', '\r\n'],
  ])('may be separated by %s', async (_name, separator, mark, lineEnd) => {
    const lines = [
      ['image', 'colour', 'note'],
      ['1.jpg', 'red', ''],
      ['2.jpg', 'red', `"a${separator} ""b"""`],
    ];
    const root = tableOf(lines.map((fields) => fields.join(separator)));
    writeFiles(root, { 'labels.csv': mark + lines.map((fields) => fields.join(separator) + lineEnd).join('') });
    const { rows } = await labelsOf(root, { columns: { tasks: { colour: 'class', note: 'class' } } });
    expect(rows).toEqual(['1.jpg colour y', '2.jpg colour y', '2.jpg note y']);
  });

  test('may have line breaks in quoted fields, and the lines of problems are right after them', async () => {
    const root = tableOf(['image,note,colour', '1.jpg,"two', 'lines",red', '2.jpg,,red', '3.jpg,,green']);
    const { rows } = await labelsOf(root, { columns: { tasks: { colour: 'class' } } });
    expect(rows).toEqual(['1.jpg colour ny', '2.jpg colour ny', '3.jpg colour yn']);
    const params = { ...TABLE, columns: { tasks: { colour: { kind: 'class', classes: ['red'] } } } };
    expect((await problemsOf(root, params))[0]).toContain('labels.csv:5:8: the task "colour" has no class "green"');
  });

  test('gives the splits and groups of the images in columns', async () => {
    const root = tableOf([
      'image,colour,subset,person',
      '1.jpg,red,train,ada',
      '2.jpg,red,Train,ada',
      '3.jpg,red,val,bob',
      '4.jpg,red,TEST,',
    ]);
    const columns = { group: 'person', tasks: { colour: 'class' } };
    const { samples } = await labelsOf(root, { columns });
    expect(samples.map(({ file, split }) => `${file} ${split}`).toSorted()).toEqual([
      '1.jpg train',
      '2.jpg train',
      '3.jpg validation',
      '4.jpg test',
    ]);
    const again = tableOf(['image,colour,subset,person', '1.jpg,red,train,ada', '2.jpg,red,test,ada']);
    expect(await problemsOf(again, { ...TABLE, columns })).toEqual([
      '…/2.jpg: the group "ada" is in the splits train and test: "1.jpg" and "2.jpg" — Move all images of the group into one split, or do not name the groups.',
    ]);
  });

  test('groups no images without a label, which are in no split', async () => {
    const rows = [
      'image,colour,split,person',
      '1.jpg,red,train,ada',
      '2.jpg,,test,ada',
      '3.jpg,red,test,bob',
      '4.jpg,,train,eve',
    ];
    const columns = { group: 'person', tasks: { colour: 'class' } };
    const { failure, outputs } = await ingestOf(tableOf(rows), { ...TABLE, columns });
    expect(failure).toBeUndefined();
    const tasks: unknown = JSON.parse(readFileSync(outputs.tasks ?? '', 'utf8'));
    expect(tasks).toMatchObject({ groups: { all: 2, train: 1, validation: 0, test: 1 } });
  });

  test('may be one for each split, with images at a path for each', async () => {
    const root = tableOf([], {
      'train.csv': 'id,colour\n1,red\n2,blue\n3,red\n4,blue\n',
      'val.csv': 'id,colour\n1,red\n',
      ...Object.fromEntries([1, 2, 3, 4].map((id) => [`train/${id}.png`, 'image'])),
      'val/1.png': 'image',
    });
    const { samples } = await labelsOf(root, {
      annotations: { train: 'train.csv', validation: ['val.csv'] },
      image_path: { train: 'train/*.png', validation: 'val/*.png' },
      columns: { file: 'id' },
    });
    expect(samples.map(({ file, label, split }) => `${file} ${label} ${split}`).toSorted()).toEqual([
      'train/1.png ny train',
      'train/2.png yn train',
      'train/3.png ny train',
      'train/4.png yn train',
      'val/1.png ny validation',
    ]);
  });

  test('leaves the images in the folder Tests for questions about every task', async () => {
    const root = tableOf(['image,colour', '1.jpg,red', '2.jpg,red'], { 'Tests/9.jpg': 'image' });
    const { metrics, logged } = await ingestOf(root, TABLE);
    expect(metrics).toMatchObject({ samples: 2, questions: 1 });
    expect(logged).toContain('each of the 1 image in Tests is a question for "colour"');
  });

  test('is described by kind: the share of classes, the range of numbers, and what looks wrong', async () => {
    const root = tableOf([
      'image,tags,size,colour',
      '1.jpg,a|b,2,red',
      '2.jpg,a,4,Red',
      '3.jpg,a,6,nan',
      '4.jpg,a,,red',
    ]);
    const tasks = { tags: { kind: 'classes', separator: '|' }, size: 'numbers', colour: 'class' };
    const described = await labelsOf(root, { columns: { tasks }, validation_fraction: 0 });
    expect(described.tasks).toMatchObject([
      { name: 'colour' },
      {
        name: 'size',
        kind: 'numbers',
        samples: 3,
        labelled: { all: 3, train: 3, validation: 0 },
        numbers: {
          all: [{ count: 3, minimum: 2, maximum: 6, mean: 4, standard_deviation: expect.closeTo(Math.sqrt(8 / 3)) }],
          validation: [{ count: 0 }],
        },
      },
      {
        name: 'tags',
        kind: 'classes',
        samples: 4,
        labelled: { all: 4 },
        none: { all: 0 },
        counts: { all: [4, 1], train: [4, 1], validation: [0, 0], maybe: [0, 0] },
      },
    ]);
    expect(described.logged).toEqual([
      'colour: no validation sample',
      'colour: are "Red" and "red" the same class?',
      'colour: "nan" is a class; if it says that there is no label, leave the field empty',
      'size: no validation sample',
      'tags: all samples have class 0 ("a"), so there is nothing to learn',
      'tags: no validation sample',
    ]);
  });
});
