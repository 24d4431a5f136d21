import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { type Finished, Project } from '../../support/project.ts';
import { lines } from './cache-commands.ts';
import { gated } from './toy-pipeline.ts';

const STAGE = `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  outputs: ['word'],
  run({ params, outputs }) {
    writeFileSync(outputs.word, params.word);
  },
});
`;

const pipelineOf = (word: string) =>
  `name: ${word}\nparams: { word: ${word} }\nstages: { say: { module: say.ts, params: { word: "\${word}" } } }\n`;

/** A pipeline of one stage, which writes one word. */
function speaker(word: string): Project {
  return new Project({ 'pipeline.yaml': pipelineOf(word), 'say.ts': STAGE });
}

/** Two projects with a cache in common, each with a result that no other needs. */
async function neighbours() {
  const [mine, theirs] = [speaker('mine'), speaker('theirs')];
  const shared = ['--cache', mine.path('cache')];
  await mine.run();
  await theirs.run(...shared);
  const gc = (...args: string[]) => mine.pipeline('cache', 'gc', '--keep-runs', '0', '--json', ...args);
  return { mine, theirs, shared, gc };
}

const collected = (finished: Finished) => lines(finished, 'cache-collected')[0];

describe('a cache that several projects use', () => {
  test('keeps what another project needs when gc runs in one of them, and gc says whose it spares', async () => {
    const { mine, theirs, shared, gc } = await neighbours();
    const done = await gc('--yes', '--max-size', '0B');
    expect(lines(done, 'spared')).toMatchObject([
      { pipeline: 'theirs', file: theirs.path('pipeline.yaml'), results: 1 },
    ]);
    expect(done.stderr).toContain(`theirs (${theirs.path('pipeline.yaml')} on `);
    expect(collected(done)).toMatchObject({ actions: 0, objects: 0 });
    expect((await theirs.run(...shared)).which('cached')).toEqual(['say']);
    // In the other project, an earlier state of it is garbage.
    theirs.write('pipeline.yaml', pipelineOf('theirs').replace('word: theirs', 'word: later'));
    await theirs.run(...shared);
    const own = await theirs.pipeline('cache', 'gc', '--keep-runs', '0', '--json', '--yes', ...shared);
    expect(collected(own)).toMatchObject({ actions: 1 });
    expect(lines(own, 'spared')).toMatchObject([{ pipeline: 'mine', results: 1 }]);
    expect((await mine.run()).which('cached')).toEqual(['say']);
  });

  test('shows its projects in cache ls, and keeps nothing for one that is released or was not run for long', async () => {
    const { mine, theirs, gc } = await neighbours();
    const projects = lines(await mine.pipeline('cache', 'ls', '--json'), 'project');
    expect(projects.map(({ pipeline }) => pipeline).sort()).toEqual(['mine', 'theirs']);
    expect(collected(await gc('--keep-projects', '1d'))).toMatchObject({ actions: 0 });
    expect(collected(await gc('--keep-projects', '0d'))).toMatchObject({ actions: 1 });
    // A shorter time counts for one call only.
    expect(collected(await gc('--keep-projects', '0d', '--older-than', '1d', '--yes'))).toMatchObject({ actions: 0 });
    expect(collected(await gc())).toMatchObject({ actions: 0 });
    expect(await gc('--release', 'nobody')).toMatchObject({ exitCode: 2 });
    const { id = '' } = projects.find(({ pipeline }) => pipeline === 'theirs') ?? {};
    expect(collected(await gc('--release', String(id).slice(0, 12)))).toMatchObject({ actions: 1 });
    // The project is gone, and its folder may be, too.
    theirs.remove('.');
    const done = await gc('--release', theirs.path('pipeline.yaml'), '--yes');
    expect(collected(done)).toMatchObject({ actions: 1, leftovers: 1 });
    expect(mine.list('cache/roots')).toHaveLength(1);
    expect((await mine.run()).which('cached')).toEqual(['say']);
  });

  test('keeps what the other pipeline file in a folder, another branch and another profile need', async () => {
    const project = speaker('main');
    project.write('other.yaml', pipelineOf('other'));
    project.write('.git/HEAD', 'ref: refs/heads/main\n');
    await project.run();
    await project.run('-f', 'other.yaml');
    project.write('.git/HEAD', 'ref: refs/heads/feature\n');
    project.write(
      'pipeline.yaml',
      `${pipelineOf('main').replace('word: main', 'word: feature')}profiles: { loud: { word: LOUD } }\n`,
    );
    await project.run();
    await project.run('--profile', 'loud');
    project.remove('pipeline.lock');
    project.remove('pipeline.loud.lock');
    project.remove('other.lock');
    // An experiment belongs to nobody once it is not among the last runs.
    await project.run('--set', 'word=experiment');
    const done = await project.pipeline('cache', 'gc', '--keep-runs', '0', '--json', '--yes');
    expect(collected(done)).toMatchObject({ actions: 1 });
    expect(lines(done, 'spared').map(({ pipeline, results }) => [pipeline, results])).toEqual(
      expect.arrayContaining([
        ['main', 2],
        ['other', 1],
      ]),
    );
    project.write('.git/HEAD', 'ref: refs/heads/main\n');
    project.write('pipeline.yaml', pipelineOf('main'));
    expect((await project.run()).which('cached')).toEqual(['say']);
  });

  test('deletes no result while the record of what a project needs is corrupted, until that project runs again', async () => {
    const { mine, theirs, shared, gc } = await neighbours();
    const roots = () => readdirSync(mine.path('cache/roots'));
    const root = roots().find((name) => mine.read(`cache/roots/${name}`).includes('"theirs"')) ?? '';
    mine.write(`cache/roots/${root}`, 'x');
    const kept = await gc('--yes', '--keep-projects', '0d');
    expect(collected(kept)).toMatchObject({ actions: 0, damagedRoots: [root.slice(0, -'.json'.length)] });
    expect(kept.stderr).toContain('no result is deleted: a corrupted record says which ones a project needs');
    const verified = await mine.pipeline('cache', 'verify', '--json');
    expect(verified.exitCode).toBe(1);
    expect(lines(verified, 'damage')).toMatchObject([{ kind: 'root', deleted: false }]);
    expect((await theirs.run(...shared)).which('cached')).toEqual(['say']);
    expect(collected(await gc())).toMatchObject({ actions: 0, damagedRoots: [] });
    expect((await mine.pipeline('cache', 'verify')).exitCode).toBe(0);
    mine.write(`cache/roots/${root}`, 'x');
    expect(collected(await gc('--release', root.slice(0, 12)))).toMatchObject({ actions: 1, damagedRoots: [] });
  });

  test('is told what a run needs before that run ends, and nothing by a run that changes nothing', async () => {
    const gate = await Gate.open();
    const project = gated();
    const start = () => project.start(['run', '--json'], { GATE: gate.address });
    const running = start();
    const [a, b] = [await gate.next(), await gate.next()];
    a.finish();
    b.finish();
    const c = await gate.next();
    const [root = ''] = project.list('cache/roots').map((name) => join('cache/roots', name));
    const stages = () => Object.keys((JSON.parse(project.read(root)) as { stages: object }).stages);
    expect(stages().sort()).toEqual(['a', 'b']);
    c.finish();
    expect((await running).exitCode).toBe(0);
    expect(stages().sort()).toEqual(['a', 'b', 'c']);
    const { mtimeNs, ino } = statSync(project.path(root), { bigint: true });
    expect((await start()).exitCode).toBe(0);
    expect(statSync(project.path(root), { bigint: true })).toMatchObject({ mtimeNs, ino });
  });
});
