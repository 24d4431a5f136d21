import { utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

const STAGE = `import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { name: { type: 'string' } } },
  outputs: ['said.txt'],
  run({ params, outputs, downloads, log }) {
    const folder = downloads + '/sha256-' + 'a'.repeat(64);
    log(existsSync(folder) ? 'it is there' : 'it is fetched');
    mkdirSync(folder, { recursive: true });
    writeFileSync(folder + '/weights.h5', 'x'.repeat(2000));
    writeFileSync(outputs.said, params.name);
  },
});
`;
const FOLDER = `cache/downloads/sha256-${'a'.repeat(64)}`;

const project = () =>
  new Project({ 'stage.ts': STAGE, 'pipeline.yaml': 'stages: { one: { module: stage.ts, params: { name: one } } }\n' });

function age(made: Project, days: number): void {
  const time = Date.now() / 1000 - days * 86_400;
  for (const path of [`${FOLDER}/weights.h5`, FOLDER]) utimesSync(made.path(path), time, time);
}

describe('downloads of stages', () => {
  test('a download is available to later runs and to pipeline verify', async () => {
    const made = project();
    expect((await made.pipeline('run')).stdout).toContain('it is fetched');
    made.edit('pipeline.yaml', 'name: one', 'name: two');
    expect((await made.pipeline('run')).stdout).toContain('it is there');
    expect((await made.pipeline('verify')).stdout).toContain('it is there');
  });

  test('cache ls and du show downloads', async () => {
    const made = project();
    await made.run();
    expect((await made.pipeline('cache', 'ls')).stdout).toMatch(
      /\n\ndownloaded\nweights\.h5 +sha256-a{13} +used just now +2\.0 kB$/,
    );
    expect((await made.pipeline('cache', 'du')).stdout).toMatch(/ {2}downloads +2\.0 kB +1 file\n/);
  });

  test('cache gc deletes what an interrupted download has left, once nobody can be writing it', async () => {
    const made = project();
    await made.run();
    made.write(`${FOLDER}/weights.h5.partial`, 'half');
    made.write(`${FOLDER}/weights.h5.partial.json`, '{}');
    made.remove(`${FOLDER}/weights.h5`);
    await made.pipeline('cache', 'gc', '--yes');
    expect(made.exists(FOLDER)).toBe(true);
    const time = Date.now() / 1000 - 2 * 3600;
    for (const path of ['weights.h5.partial', 'weights.h5.partial.json', '.'])
      utimesSync(made.path(`${FOLDER}/${path}`), time, time);
    await made.pipeline('cache', 'gc', '--yes');
    expect(made.exists(FOLDER)).toBe(false);
  });

  test('cache gc deletes downloads that have not been used for a long time', async () => {
    const made = project();
    await made.run();
    await made.pipeline('cache', 'gc', '--yes');
    expect(made.exists(FOLDER)).toBe(true);
    age(made, 31);
    expect((await made.pipeline('cache', 'gc')).stdout).toMatch(/downloads of stages +1 +2\.0 kB\n/);
    await made.pipeline('cache', 'gc', '--yes');
    expect(made.exists(FOLDER)).toBe(false);
  });
});
