import { describe, expect, test } from 'vitest';
import { ProgressLine } from '../../../src/engine/report/progress.ts';

describe('the progress line of a stage', () => {
  test('the progress line has a bar, counts, the speed and the remaining time', () => {
    let now = 0;
    const line = new ProgressLine(() => now);
    line.text({ done: 0, total: 1000, unit: 'images' }, 80);
    now = 2000;
    expect(line.text({ done: 500, total: 1000, unit: 'images', note: 'loss 0.5' }, 80)).toBe(
      '████████████░░░░░░░░░░░░ 50 % 500/1,000 images · 250/s · 2.0 s left · loss 0.5',
    );
  });

  test('the speed is measured anew when the count of a stage starts over', () => {
    let now = 0;
    const line = new ProgressLine(() => now);
    line.text({ done: 900, total: 1000 }, 80);
    now = 1000;
    expect(line.text({ done: 0, total: 10 }, 80)).not.toContain('/s');
  });

  test.each([10, 20, 30, 45, 60])('the progress line fits into %i characters', (width) => {
    let now = 0;
    const line = new ProgressLine(() => now);
    const progress = { total: 80_000, unit: 'images', note: 'loss 0.512 · acc 0.912' };
    line.text({ ...progress, done: 0 }, width);
    now = 10_000;
    expect(line.text({ ...progress, done: 12_345 }, width).length).toBeLessThanOrEqual(width);
  });

  test('a total of zero is shown as 0 %', () => {
    expect(new ProgressLine(() => 0).text({ done: 0, total: 0 }, 40)).toContain('0 % 0/0');
  });
});
