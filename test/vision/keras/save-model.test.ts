import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { loadKerasWeights } from '../../../src/vision/keras/load-weights.ts';
import { saveForKeras } from '../../../src/vision/keras/save-model.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { expectNoLeak, tensorFlow } from '../../support/tensorflow.ts';
import { everyLayer, randomizeWeights } from './models.ts';

const tf = await tensorFlow();

const FORMATS = ['h5', 'keras'] as const;

describe.each(FORMATS)('a model saved as model.%s', (format) => {
  test('has weights that can be loaded again, and leaves no temporary files', async () => {
    const [model, other] = [everyLayer(tf), randomizeWeights(tf, everyLayer(tf), 2)];
    const folder = temporaryFolder();
    await expectNoLeak(tf, () => saveForKeras(model, [format], folder));
    const file = join(folder, `model.${format}`);
    unwrap(await loadKerasWeights(tf, other, file, { heads: ['head3', 'head2'], scratch: temporaryFolder() }));
    const values = (of: typeof model) => of.getWeights().map((weight) => [...weight.dataSync()]);
    expect(values(other)).toEqual(values(model));
    expect(readdirSync(folder)).toEqual([`model.${format}`]);
  });

  test('is byte-identical at any time and in any time zone', async () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    const zone = process.env['TZ'];
    onTestFinished(() => {
      vi.restoreAllMocks();
      process.env['TZ'] = zone;
    });
    for (const [index, folder] of folders.entries()) {
      process.env['TZ'] = index === 0 ? 'Asia/Tokyo' : 'America/New_York';
      vi.spyOn(Date, 'now').mockReturnValue(1e12 + index * 1e10);
      await saveForKeras(everyLayer(tf), [format], folder);
    }
    const [one, other] = folders.map((folder) => readFileSync(join(folder, `model.${format}`)));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
  });
});
