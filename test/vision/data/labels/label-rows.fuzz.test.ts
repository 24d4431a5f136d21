import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LabelRow, readLabelRows } from '../../../../src/vision/data/labels/label-rows.ts';
import { readQuestionRows } from '../../../../src/vision/data/labels/question-rows.ts';
import { readTextFile } from '../../../../src/vision/data/labels/text-file.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

/** Valid pieces of label files, and invalid ones. */
const pieces = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Images/1.jpg', 'coat_length_labels', 'nyn', ',', ',', '\n', '\r\n') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"', '""', ' ', '\t', ';', '\r', '../', 'é', '\uFEFF', 'filename,label_name,label\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);
const texts = fc.array(pieces, { maxLength: 60 }).map((parts) => Buffer.from(parts.join('')));
const files = fc.oneof(
  { weight: 4, arbitrary: texts },
  { weight: 1, arbitrary: texts.map((text) => Buffer.from(text.toString(), 'latin1')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
);

test('reading label and question files with any content terminates, and each finding is at an existing place', async () => {
  const path = join(temporaryFolder(), 'label.csv');
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      writeFileSync(path, bytes);
      const text = await readTextFile(path, { name: 'the label file', advice: 'Mend it.' });
      if (!text.ok) {
        expect(text.failure).toMatchObject([{ at: { file: path } }]);
        return;
      }
      const lines = text.value.text.split(/\r\n|\n|\r/);
      const { labels, findings } = readLabelRows([text.value]);
      const questions = readQuestionRows(text.value, new Set(['coat_length']));
      for (const { message, at, advice } of [...findings, ...questions.findings]) {
        expect(message).not.toMatch(/undefined|\p{Cc}/u);
        expect(advice).toBeTruthy();
        expect(at.file).toBe(path);
        if (at.line === undefined) continue;
        expect(at.line).toBeGreaterThanOrEqual(1);
        expect(at.line).toBeLessThanOrEqual(lines.length);
        if (at.column !== undefined) expect(at.column).toBeLessThanOrEqual((lines[at.line - 1] ?? '').length + 1);
      }
      for (const { label, classIndex } of labels) expect(label[classIndex]).toBe('y');
    }),
    { numRuns: 2000 },
  );
});

const names = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((name) => /^[^\p{Cc}\s./\\]+$/u.test(name));
const rows = fc.record({
  file: names.map((name) => `Images/${name}.jpg`),
  task: fc.constantFrom('coat_length', 'neck.design', 'a-1'),
  before: fc.stringMatching(/^[nm]{0,5}$/),
  after: fc.stringMatching(/^[nm]{0,5}$/),
  quoted: fc.boolean(),
  space: fc.constantFrom('', ' ', '  '),
});

test('valid rows are read as they were written, with quotes, spaces and any line ends', () => {
  fc.assert(
    fc.property(
      fc.array(rows, { minLength: 1, maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (written, end, hasMark) => {
        const text = written.map(({ file, task, before, after, quoted, space }) => {
          const isQuoted = quoted || /[",]/.test(file);
          const name = isQuoted ? `"${file.replaceAll('"', '""')}"` : file;
          return `${space}${name},${space}${task}_labels,${before}y${after}${space}`;
        });
        const { labels, findings } = readLabelRows([
          { path: 'label.csv', text: `${hasMark ? '\uFEFF' : ''}${text.join(end)}${end}`, findings: [] },
        ]);
        expect(findings).toEqual([]);
        const read = labels.map(({ file, task, label, classIndex, row }: LabelRow) => [
          file,
          task,
          label,
          classIndex,
          row.line,
        ]);
        expect(read).toEqual(
          written.map(({ file, task, before, after }, index) => [
            file,
            task,
            `${before}y${after}`,
            before.length,
            index + 1,
          ]),
        );
      },
    ),
    { numRuns: 500 },
  );
});
