import { expect, test } from 'vitest';
import { openProgressLine } from '../../../src/shared/text/progress-line.ts';

/** Keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('draws one line on a terminal, redraws it, and clears it at the end', () => {
  const terminal = stream(true);
  const progress = openProgressLine(terminal);
  progress.begin('Downloading');
  progress.update(50, 100);
  progress.end();
  expect(terminal.written).toEqual([
    '\r\u001B[KDownloading …',
    '\r\u001B[KDownloading ━━━━━━━━━━━━──────────── 50 %',
    '\r\u001B[K',
  ]);
});

test('writes one plain line to a log for each thing begun', () => {
  const log = stream(false);
  const progress = openProgressLine(log);
  progress.begin('Downloading');
  for (let done = 0; done <= 100; done++) progress.update(done, 100);
  progress.end();
  expect(log.written).toEqual(['Downloading\n']);
});

test('never shows more than 100 %', () => {
  const terminal = stream(true);
  openProgressLine(terminal).update(120, 100);
  expect(terminal.written.join('')).toContain('100 %');
});
