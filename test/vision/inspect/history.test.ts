import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/shared/extensions/view.ts';
import { historyViewer } from '../../../src/vision/inspect/history.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

const inspectHistory = (value: unknown, view: Partial<View> = {}) =>
  inspectPath(fileOf('history.json', JSON.stringify(value)), { viewers: [historyViewer], ...view });

/** Epochs with these validation losses; the training loss falls all the time. */
function history(losses: readonly (number | string)[], more: object = {}) {
  const epochs = losses.map((val_loss, at) => ({
    ...{ epoch: at + 1, learning_rate: 0.001, loss: losses.length - at, acc: { colour: 0.5 } },
    ...{ val_loss, val_acc: { colour: 0.25 * at }, val_weighted_acc: 0.25 * at, ...more },
  }));
  return { epochs };
}

describe('pipeline inspect of the history of a training', () => {
  test('shows each metric as a curve, with its best epoch, and marks the one with the least validation loss', async () => {
    const { lines } = await inspectHistory(history([4, 2, 1, 3]), { width: 80 });
    expect(lines[0]).toMatch(/^history of 4 epochs, \d+ B$/);
    expect(lines.slice(1)).toEqual([
      '  metric            curve  first  best  epoch   last',
      '  loss              █▆▃▁       4     1      4      1',
      '  val_loss          █▃▁▆       4     1      3      3',
      '  val_weighted_acc  ▁▃▆█       0  0.75      4   0.75',
      '  learning_rate     ▁▁▁▁   0.001               0.001',
      '                      ▲ best epoch 3: least val_loss',
    ]);
  });

  test('shows the accuracy of each of several tasks', async () => {
    const { lines } = await inspectHistory(history([1, 2], { val_acc: { colour: 0.5, length: 0.75 } }), { width: 80 });
    expect(lines.join('\n')).toMatch(/val_acc\/colour .*0\.5[\s\S]*val_acc\/length .*0\.75/);
  });

  test('shows the other metrics of the heads, with the best epoch where it is known which is better', async () => {
    const history = [3, 1, 2].map((error, at) => ({
      ...{ epoch: at + 1, learning_rate: 0.001, loss: 1, acc: {}, mae: { size: error }, val_loss: 1 },
      ...{ val_mae: { size: error }, val_degrees: { angle: error }, val_broken: null, val_list: [1] },
    }));
    const { lines } = await inspectHistory({ epochs: history }, { width: 80 });
    const rows = lines.map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(['val_mae/size', '█▁▅', '3', '1', '2', '2']);
    expect(rows).toContainEqual(['val_degrees/angle', '█▁▅', '3', '2']);
    expect(lines.join('\n')).not.toMatch(/broken|list/);
  });

  test('goes by the training loss where there is no validation', async () => {
    const epochs = [
      { epoch: 1, loss: 2, learning_rate: 1, acc: {} },
      { epoch: 2, loss: 1, learning_rate: 1, acc: {} },
    ];
    const { lines } = await inspectHistory({ epochs });
    expect(lines.at(-1)).toMatch(/▲ best epoch 2: least loss$/);
    expect(lines.join('\n')).not.toContain('val_');
  });

  test.each([40, 60, 100])('draws 500 epochs in %i columns, with the mark below the curve', async (width) => {
    const { lines } = await inspectHistory(history(Array.from({ length: 500 }, (_, at) => (at - 450) ** 2)), { width });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const curve = lines.find((line) => line.startsWith('  val_loss')) ?? '';
    expect(lines.at(-1)).toContain('best epoch 451: least val_loss');
    const mark = lines.find((line) => line.includes('▲')) ?? '';
    expect(curve[mark.indexOf('▲')]).toBe('▁');
  });

  test('leaves a gap where a loss is not finite', async () => {
    const { lines } = await inspectHistory(history([2, 'NaN', 1]), { width: 80 });
    expect(lines[3]).toMatch(/val_loss +█ ▁ +2 +1 +3 +1$/);
  });

  test('stays JSON with --json, and for JSON of another shape', async () => {
    expect((await inspectHistory(history([1]))).content).toMatchObject({ kind: 'json' });
    for (const other of [{ epochs: [] }, { epochs: [{ loss: 'low' }] }, [1]]) {
      expect((await inspectHistory(other)).lines[0]).toMatch(/^JSON/);
    }
  });

  test('shows a name that would change the terminal in a visible form', async () => {
    const { lines } = await inspectHistory(history([1, 2], { val_acc: { 'a\u001B[2J': 1, b: 1 } }), { width: 80 });
    expect(lines.join('\n')).not.toContain('\u001B');
  });
});
