import { join } from 'node:path';
import type { LabelKind } from '../../src/vision/data/tables/label-kind.ts';
import type { Sample } from '../../src/vision/data/tables/samples.ts';
import { writeTargets } from '../../src/vision/data/tables/targets.ts';
import { temporaryFolder } from './dataset.ts';
import { type LabelledImagesFolder, labelledImages } from './labelled-images.ts';
import { unwrap } from './result.ts';

/** The labels of red, green and blue images, by task. */
const LABELS: Readonly<Record<string, { readonly kind: LabelKind; readonly labels: readonly string[] }>> = {
  colour: { kind: 'class', labels: ['ynn', 'nyn', 'nny'] },
  hours: { kind: 'numbers', labels: ['250;8', '1150;8', '700;'] },
  tags: { kind: 'classes', labels: ['yyn', 'nym', 'nnn'] },
  warmth: { kind: 'ordered', labels: ['nny', 'nyn', 'ynn'] },
};

export interface MixedLabelsOptions {
  /** All by default. */
  readonly tasks?: readonly string[];
}

/**
 * The images of `labelledImages`, red, green and blue ones, with labels of every kind: each image is one sample, and every
 * seventh is not labelled for `warmth`.
 */
export async function mixedLabels(
  count = 20,
  { tasks = Object.keys(LABELS) }: MixedLabelsOptions = {},
): Promise<LabelledImagesFolder> {
  const images = await labelledImages(count, { taskOf: () => 'colour' });
  const targets = join(temporaryFolder(), 'targets.arrow');
  const samples = Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    tasks
      .filter((task) => task !== 'warmth' || index % 7 !== 3)
      .map((task): Sample => {
        const label = LABELS[task]?.labels[Math.floor(index / 2) % 3] ?? '';
        const split = index % 5 === 4 ? 'validation' : 'train';
        const classIndex = Math.max(0, label.indexOf('y'));
        return { sample: index, file: `Images/colour_labels/${index}.png`, task, label, classIndex, split };
      }),
  );
  const kinds = new Map(Object.entries(LABELS).map(([task, { kind }]) => [task, kind]));
  unwrap(await writeTargets(targets, { samples, classNames: new Map(), kinds }));
  return { ...images, targets };
}
