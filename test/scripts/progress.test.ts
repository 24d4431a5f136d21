import { expect, test } from 'vitest';
import { createProgress } from '../../scripts/setup/progress.js';

/** Keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('on a terminal there is one line, redrawn, and gone in the end', () => {
  const terminal = stream(true);
  const progress = createProgress(terminal);
  progress.begin('Downloading');
  progress.update(50, 100);
  progress.end();
  expect(terminal.written).toEqual([
    '\r\u001B[KDownloading …',
    '\r\u001B[KDownloading ━━━━━━━━━━━━──────────── 50 %',
    '\r\u001B[K',
  ]);
});

test('in a log each thing begun is one plain line', () => {
  const log = stream(false);
  const progress = createProgress(log);
  progress.begin('Downloading');
  for (let done = 0; done <= 100; done++) progress.update(done, 100);
  progress.end();
  expect(log.written).toEqual(['Downloading\n']);
});

test('more than announced is not more than all', () => {
  const terminal = stream(true);
  createProgress(terminal).update(120, 100);
  expect(terminal.written.join('')).toContain('100 %');
});
