import path from 'node:path';
import type { JSX } from 'preact';
import type { Evaluation } from '../evaluate/evaluation.ts';
import type { Explanation } from '../explain/explanation.ts';
import { called } from './classes-section.tsx';
import type { Pictures } from './pictures.tsx';

/** The images of the worst mistakes, beside where they speak for the predicted and for the true class. */
export async function explanationsElement(
  folder: string,
  explanations: readonly Explanation[],
  evaluation: Evaluation | undefined,
  pictures: Pictures,
): Promise<JSX.Element> {
  const rows = [];
  for (const { file, task, truth, predicted, pictures: names } of explanations) {
    const known = evaluation?.tasks.find(({ name }) => name === task);
    const say = (label = 0) => (known === undefined ? String(label) : called(known, label));
    const views = [{ words: 'image', picture: names.image }];
    if (names.predicted !== undefined)
      views.push({ words: `for ${say(predicted)}, predicted`, picture: names.predicted });
    if (names.truth !== undefined) views.push({ words: `for ${say(truth)}, true`, picture: names.truth });
    const shown = [];
    for (const { words, picture } of views)
      shown.push({ words, source: await pictures.ofFile(path.join(folder, picture)) });
    rows.push({ file, title: `${task}: ${file.split('/').at(-1)}`, views: shown });
  }
  return (
    <>
      <p>
        By Grad-CAM, from yellow to red: where the feature maps speak for a class. Each map is scaled by itself, so its
        colours say where, not how much.
      </p>
      <div class="pair">
        {rows.map(({ file, title, views }) => (
          <div key={`${title} ${file}`}>
            <h3>{title}</h3>
            <ul class="pictures">
              {views.map(({ words, source }) => (
                <li key={words}>
                  {source !== undefined && <img src={source} alt={`${file}: ${words}`} loading="lazy" />}
                  <div>{words}</div>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </>
  );
}
