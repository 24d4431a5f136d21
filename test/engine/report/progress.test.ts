import { describe, expect, test } from 'vitest';
import { ProgressLine } from '../../../src/engine/report/progress.ts';

describe('the progress of a stage', () => {
  test('has a bar, counts, the speed and the time left', () => {
    let now = 0;
    const line = new ProgressLine(() => now);
    line.text({ done: 0, total: 1000, unit: 'images' }, 80);
    now = 2000;
    expect(line.text({ done: 500, total: 1000, unit: 'images', note: 'loss 0.5' }, 80)).toBe(
      '████████████░░░░░░░░░░░░ 50 % 500/1,000 images · 250/s · 2.0 s left · loss 0.5',
    );
  });

  test('starts its speed over when the stage begins to count anew', () => {
    let now = 0;
    const line = new ProgressLine(() => now);
    line.text({ done: 900, total: 1000 }, 80);
    now = 1000;
    expect(line.text({ done: 0, total: 10 }, 80)).not.toContain('/s');
  });

  test.each([10, 20, 30, 45, 60])('fits into %i characters', (width) => {
    let now = 0;
    const line = new ProgressLine(() => now);
    const progress = { total: 80_000, unit: 'images', note: 'loss 0.512 · acc 0.912' };
    line.text({ ...progress, done: 0 }, width);
    now = 10_000;
    expect(line.text({ ...progress, done: 12_345 }, width).length).toBeLessThanOrEqual(width);
  });

  test('of nothing to do is no division by zero', () => {
    expect(new ProgressLine(() => 0).text({ done: 0, total: 0 }, 40)).toContain('0 % 0/0');
  });
});
