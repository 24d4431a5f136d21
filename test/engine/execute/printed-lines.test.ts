import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { onPrintedLines } from '../../../src/engine/execute/printed-lines.ts';

async function linesOf(...chunks: readonly string[]): Promise<string[]> {
  const stream = new PassThrough({ encoding: 'utf8' });
  const lines: string[] = [];
  onPrintedLines(stream, (line) => lines.push(line));
  for (const chunk of chunks) {
    stream.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  await new Promise((resolve) => stream.on('close', resolve));
  return lines;
}

test('printed text is told line by line, whatever ends a line and wherever a chunk does', async () => {
  expect(await linesOf('a\nb', 'c\n\nd\r\ne\r', '\nf\r', 'g', 'h')).toEqual(['a', 'bc', '', 'd', 'e', 'f', 'gh']);
});

test('a line that never ends is told in pieces', async () => {
  const lines = await linesOf(...Array.from({ length: 40 }, () => 'x'.repeat(100_000)), '\n');
  expect(lines.join('')).toBe('x'.repeat(4_000_000));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1_200_000);
});
