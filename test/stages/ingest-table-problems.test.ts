import { describe, expect, test } from 'vitest';
import { problemsOf } from './ingest-problems.ts';
import { TABLE, tableOf } from './label-table-data.ts';

const HEADER_ADVICE = 'Write the names of the columns into the first line, as in image,colour,length.';
const CORRECT = 'Correct the row, or remove it. A field that contains the separator has to be quoted.';
const NUMBER = 'Write a decimal number, as 1.5, without a unit; leave the field empty if the image has no label.';
const SEPARATED = { kind: 'numbers', separator: ';' };

/** Rows with these values in the column `label`. */
const labelled = (...values: readonly string[]) => [
  'image,label',
  ...values.map((value, index) => `${index}.jpg,${value}`),
];

/** The lines of a table, and the problems that are reported for it with these columns. */
type Case = readonly [
  title: string,
  lines: readonly string[],
  columns: object | undefined,
  problems: readonly string[],
];

const checkAll = (cases: readonly Case[]) =>
  test.each(cases)('%s', async (_title, lines, columns, problems) => {
    expect(await problemsOf(tableOf(lines), { ...TABLE, ...(columns && { columns }) })).toEqual(problems);
  });

describe('a label table is rejected', () => {
  checkAll([
    ['when it is empty', [], undefined, [`…/labels.csv: the label file is empty — ${HEADER_ADVICE}`]],
    [
      'when its first line is no header',
      ['1.jpg,red', '2.jpg,blue'],
      undefined,
      [`…/labels.csv:1: the first line is no header: it names the image "1.jpg" — ${HEADER_ADVICE}`],
    ],
    [
      'when it has no rows',
      ['image,colour'],
      undefined,
      ['…/labels.csv: the label file has no rows — Write a row for each image.'],
    ],
    [
      'when no column is called as that of the images usually is',
      ['a,b', '1.jpg,red'],
      undefined,
      [
        '…/labels.csv:1:1: cannot tell which column has the paths of the images: no column is called so — Say which one, as in: columns: { file: "a" }. The columns are "a" and "b".',
      ],
    ],
    [
      'when two columns are called so',
      ['image,path', '1.jpg,2.jpg'],
      undefined,
      [
        '…/labels.csv:1:1: cannot tell which column has the paths of the images: "image" and "path" may be it — Say which one, as in: columns: { file: "image" }. The columns are "image" and "path".',
      ],
    ],
    [
      'when it lacks columns that the param "columns" names',
      ['image,colour', '1.jpg,red'],
      { file: 'imgae', split: 'subset', tasks: { colour: 'class' } },
      [
        '…/labels.csv:1:1: there is no column "imgae" — Did you mean "image"? The columns are "image" and "colour"; the param "columns" says which are used.',
        '…/labels.csv:1:1: there is no column "subset" — The columns are "image" and "colour"; the param "columns" says which are used.',
      ],
    ],
    [
      'when it has a column twice',
      ['image,colour,colour', '1.jpg,red,red'],
      { tasks: { colour: 'class' } },
      ['…/labels.csv:1:14: 2 columns are called "colour" — Rename all but one of them.'],
    ],
    [
      'when it has no labels',
      ['image', '1.jpg'],
      undefined,
      [
        '…/labels.csv:1:1: the table has no column with labels — Add a column for each task: its name in the header, and the class of each image below.',
      ],
    ],
    [
      'when a column cannot be the name of a task',
      ['image,my task', '1.jpg,a', '2.jpg,a'],
      undefined,
      [
        '…/labels.csv: invalid task name "my task" — A head of the network is named after the task: start with an ASCII letter or digit, then use letters, digits, _, - and dots. Name the task otherwise than its column, as in: columns: { tasks: { my_task: { kind: class, column: "my task" } } }.',
      ],
    ],
  ]);
});

describe('the kinds of labels are not guessed where they are not certain', () => {
  checkAll([
    [
      'such as those of numbers, of separated texts and of texts that all differ',
      [
        'image,colour,price,tags,note,empty',
        ...[1, 2, 3, 4].map((n) => `${n}.jpg,${n % 2 ? 'red' : 'blue'},${n}.5,a|b,text ${n},`),
      ],
      undefined,
      [
        '…/labels.csv:1:14: cannot tell what the labels in "price" (numbers, such as "1.5"), "tags" (texts such as "a|b"), "note" (4 different texts in 4 rows) and "empty" (empty) are — Say which columns are tasks, and of which kind, as in: columns: { tasks: { colour: class, price: numbers, tags: { kind: classes, separator: "|" } } }. The kinds are class, classes, ordered and numbers; columns that are no tasks are left out.',
      ],
    ],
    [
      'nor is the order of classes',
      labelled('long', 'short'),
      { tasks: { label: 'ordered' } },
      [
        '…/labels.csv:1:7: the order of the classes of the task "label" is not known — Write them in their order, as in: label: { kind: ordered, classes: ["long", "short"] }.',
      ],
    ],
    [
      'nor is a separator, if there may be two',
      labelled('a|b', 'b;c'),
      { tasks: { label: 'classes' } },
      [
        '…/labels.csv:1:7: cannot tell what separates the classes of the task "label": fields have "|" and ";" — Say which one, as in: label: { kind: classes, separator: "|" }.',
      ],
    ],
  ]);
});

describe('a row of a label table is rejected', () => {
  checkAll([
    [
      'when it has other fields than the header, no image, an image outside, or one that has a row already',
      ['image,label', '1.jpg,a,b', '2.jpg', '3.jpg,a', ',a', '../x.jpg,b', '3.jpg,b'],
      undefined,
      [
        `…/labels.csv:2: expected 2 fields as in the header, but got 3 — ${CORRECT}`,
        `…/labels.csv:3: expected 2 fields as in the header, but got 1 — ${CORRECT}`,
        '…/labels.csv:5:1: the row names no image — Write the path of the image, or remove the row.',
        '…/labels.csv:6:1: "../x.jpg" is outside the data set — Give a path relative to the folder of the data set, such as Images/1.jpg.',
        '…/labels.csv:7:1: "3.jpg" already has a row in line 4 — Write all labels of an image into one row.',
      ],
    ],
    [
      'when a quote in it is not closed',
      ['image,label', '"1.jpg,a', '2.jpg,a'],
      undefined,
      [
        '…/labels.csv:2: a quoted field starts here or below and is never closed — Quote the whole field as "…", or remove the quote.',
      ],
    ],
    [
      'when its split is none',
      ['image,label,use', '1.jpg,a,train', '2.jpg,a,holdout', '3.jpg,a,'],
      { split: 'use', tasks: { label: 'class' } },
      [
        '…/labels.csv:3:9: "holdout" is not a split — Write train, validation or test.',
        '…/labels.csv:4:9: there is no split — Write train, validation or test.',
      ],
    ],
    [
      'when it has a class that is not among those of the param',
      labelled('red', 'Blue', 'blue', 'x', 'x'),
      { tasks: { label: { kind: 'class', classes: ['red', 'blue'] } } },
      [
        '…/labels.csv:3:7: the task "label" has no class "Blue" — Did you mean "blue"?',
        '…/labels.csv:5:7: the task "label" has no class "x" (in 2 rows) — Its classes are "red", "blue".',
      ],
    ],
    [
      'when a number in it is none, is not finite, or has another decimal point',
      labelled('1', 'NaN', '1e99', '3cm', '0x10', '"1,5"', ''),
      { tasks: { label: 'numbers' } },
      [
        `…/labels.csv:3:7: "NaN" is not a finite number — ${NUMBER}`,
        `…/labels.csv:4:7: "1e99" is larger than a number of 32 bits can be — ${NUMBER}`,
        `…/labels.csv:5:7: "3cm" is not a finite number — ${NUMBER}`,
        `…/labels.csv:6:7: "0x10" is not a finite number — ${NUMBER}`,
        '…/labels.csv:7:8: "1,5" is not a finite number — Write it with a point: 1.5.',
      ],
    ],
    [
      'when it has fewer numbers than others',
      labelled('1;2', '3;4', '5'),
      { tasks: { label: SEPARATED } },
      [
        '…/labels.csv:4:7: the label has 1 number, but most of the task have 2 — Give every label of the task as many numbers.',
      ],
    ],
    [
      'when a column of a class does not say whether the image has it',
      ['image,hat,coat', '1.jpg,1,0', '2.jpg,maybe,-1', '3.jpg,,'],
      { tasks: { wears: { kind: 'classes', columns: ['hat', 'coat'] } } },
      [
        '…/labels.csv:3:7: "maybe" does not say whether the image has the class — Write 1 or 0, true or false, yes or no; or leave the field empty if it is not known.',
      ],
    ],
  ]);
});

describe('a task of a label table is rejected', () => {
  const unlabelled =
    '…/labels.csv:1:7: no row has a label for the task "label" — Write the labels into its column, or leave the task out of the param "columns".';
  checkAll([
    [
      'when it has too many classes',
      labelled(...Array.from({ length: 300 }, (_, n) => `c${n}`)),
      { tasks: { label: 'class' } },
      [
        '…/labels.csv:1:7: the task "label" has 300 different labels, such as "c0" and "c1"; at most 256 classes are supported — Leave the task out of the param "columns" if its column has no classes; for measurements use the kind numbers.',
      ],
    ],
    ['when it has no classes', labelled('', ''), { tasks: { label: 'class' } }, [unlabelled]],
    ['when it has no numbers', labelled('', ''), { tasks: { label: 'numbers' } }, [unlabelled]],
    [
      'when the param names a class twice',
      labelled('a', 'a'),
      { tasks: { label: { kind: 'class', classes: ['a', 'a'] } } },
      ['…/labels.csv:1:7: the task "label" names the class "a" twice — Remove one of them.'],
    ],
    [
      'when the param says what its kind does not have',
      labelled('a', 'a'),
      { tasks: { label: { kind: 'class', separator: '|' } } },
      [
        '…/labels.csv:1:7: the task "label" of the kind class does not read "separator" — Remove it, or set another kind.',
      ],
    ],
    [
      'when it has one class, but several columns',
      ['image,hat,coat', '1.jpg,1,0'],
      { tasks: { wears: { kind: 'class', columns: ['hat', 'coat'] } } },
      [
        '…/labels.csv:1:7: the task "wears" of the kind class has 2 columns — Name one column; classes with a column each are of the kind classes.',
      ],
    ],
  ]);
});
