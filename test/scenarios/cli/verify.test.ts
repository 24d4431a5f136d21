import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { type Finished, Project, toFinished } from '../../support/project.ts';
import { gated, toy } from './toy.ts';

const HEAD = `import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
`;

/** Stages that are more or less steady; `after` reads `random`. In a file's time, which is in no key, a test has a say. */
function unsteady(): Project {
  const stage = (inputs: string, outputs: string, body: string) =>
    `${HEAD}export default defineStage({ inputs: [${inputs}], outputs: ['${outputs}'], run({ inputs, outputs }) {\n${body}\n} });\n`;
  const project = new Project({
    'pipeline.yaml': `name: unsteady
stages:
  steady: { module: stages/steady.ts }
  random: { module: stages/random.ts, inputs: { folder: ./data } }
  after: { module: stages/copy.ts, inputs: { from: random.noise } }
  times: { module: stages/times.ts }
  order: { module: stages/order.ts, inputs: { folder: ./data } }
  length: { module: stages/length.ts, inputs: { folder: ./data } }
`,
    'data/a': 'a',
    'data/b': 'b',
    'stages/steady.ts': stage(
      '',
      'out.txt',
      `writeFileSync(outputs.out, createHash('md5').update('x').digest('hex'));`,
    ),
    'stages/random.ts': stage(
      `'folder'`,
      'noise.bin',
      `const content = Buffer.alloc(2_000_000);
       content[1_234_567] = statSync(join(inputs.folder, 'a')).mtimeMs / 1000;
       randomBytes(1000).copy(content, 1_234_568);
       writeFileSync(outputs.noise, content);`,
    ),
    'stages/copy.ts': stage(`'from'`, 'to.bin', 'writeFileSync(outputs.to, readFileSync(inputs.from));'),
    'stages/times.ts': stage(
      '',
      'log',
      `mkdirSync(join(outputs.log, 'inner'), { recursive: true });
       writeFileSync(join(outputs.log, 'a.txt'), 'the same each time');
       writeFileSync(join(outputs.log, 'inner/made.txt'), 'made at ' + process.hrtime.bigint());`,
    ),
    'stages/order.ts': stage(
      `'folder'`,
      'listing.txt',
      `const time = (name: string) => statSync(join(inputs.folder, name)).mtimeMs;
       writeFileSync(outputs.listing, readdirSync(inputs.folder).sort((a, b) => time(a) - time(b)).join(' '));`,
    ),
    'stages/length.ts': stage(
      `'folder'`,
      'dots.txt',
      `writeFileSync(outputs.dots, '.'.repeat(1 + statSync(join(inputs.folder, 'a')).mtimeMs / 1000));`,
    ),
  });
  touch(project, { 'data/a': 1, 'data/b': 2 });
  return project;
}

/** Sets the modification time of files, which is in no key. */
function touch(project: Project, seconds: Readonly<Record<string, number>>): void {
  for (const [file, time] of Object.entries(seconds)) utimesSync(project.path(file), time, time);
}

/** Everything that the cache has but what it only remembers of files, with times and sizes. */
function snapshot(project: Project): string[] {
  const entries = readdirSync(project.path('cache'), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files
    .filter((path) => !path.startsWith(project.path('cache/index')))
    .map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).ino} ${readFileSync(path).length}`)
    .sort();
}

function lines(finished: Finished, type: string): Record<string, unknown>[] {
  return finished.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['type'] === type);
}

function verdicts(finished: Finished): Record<string, unknown> {
  return Object.fromEntries(lines(finished, 'verified').map(({ stage, verdict }) => [String(stage), verdict]));
}

const verify = (project: Project, ...args: string[]) => project.pipeline('verify', '--json', ...args);

describe('pipeline verify', () => {
  test('runs every stage again from nothing and finds every output equal', async () => {
    const project = toy();
    await project.run();
    const before = snapshot(project);
    const lockfile = project.read('pipeline.lock');
    const finished = await verify(project);
    expect(finished.exitCode).toBe(0);
    expect(finished.which('ran')).toEqual(['read', 'shout', 'count', 'join']);
    expect(verdicts(finished)).toEqual({ read: 'equal', shout: 'equal', count: 'equal', join: 'equal' });
    expect(finished.stderr).toMatch(/reproduced: 4 stages, bit for bit as in pipeline\.lock, in/);
    expect(snapshot(project)).toEqual(before);
    expect(project.read('pipeline.lock')).toBe(lockfile);
    expect(readdirSync(project.directory).filter((name) => name.startsWith('cache'))).toEqual(['cache']);
  });

  test('works in a fresh clone, where there is no cache', async () => {
    const project = toy();
    await project.run();
    project.remove('cache');
    expect((await verify(project)).exitCode).toBe(0);
  });

  test('runs only the stages that are named, on what the cache has of those before', async () => {
    const project = toy();
    await project.run();
    const finished = await verify(project, 'join', 'shout');
    expect(finished.exitCode).toBe(0);
    expect(finished.which('cached')).toEqual(['read', 'count']);
    expect(finished.which('ran')).toEqual(['shout', 'join']);
    expect(verdicts(finished)).toEqual({ shout: 'equal', join: 'equal' });
  });

  test('of a stage whose inputs the cache lacks says which, and what to do', async () => {
    const project = toy();
    await project.run();
    project.remove('cache');
    const { exitCode, stderr } = await verify(project, 'shout');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the result of stage «read», which is read, is not in the cache');
    expect(stderr).toContain('→ Run it first: pipeline run read; or run all of it again: pipeline verify');
  });

  test('leaves the fresh cache where --keep says, to look into', async () => {
    const project = toy();
    await project.run();
    const { exitCode, stdout } = await project.pipeline('verify', '--keep', 'fresh');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('→ pipeline inspect STAGE --cache fresh');
    expect((await project.pipeline('inspect', 'count', '--cache', 'fresh')).stdout).toContain('"words": 3');
    const again = await project.pipeline('verify', '--keep', 'fresh');
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('fresh: the folder for the fresh cache is not empty');
  });

  test.each<[string, string[], string]>([
    ['an unknown stage', ['jion'], 'there is no stage «jion»'],
    ['an unknown option', ['--kep', 'x'], "unknown option '--kep'"],
  ])('refuses %s', async (_what, args, message) => {
    const { exitCode, stderr } = await verify(toy(), ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  test('does not begin when the lockfile does not describe the pipeline, and says what moved', async () => {
    const project = toy();
    await project.run();
    project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
    const refused = await verify(project);
    expect(refused.exitCode).toBe(3);
    expect(lines(refused, 'difference')).toEqual([
      { type: 'difference', stage: 'shout', reasons: ['param greeting hello → bye'] },
    ]);
    expect(refused.stages).toEqual([]);
    expect((await verify(project, 'count')).exitCode).toBe(0);
  });
});

describe('pipeline verify, of stages that are not deterministic,', () => {
  test('names the first stage, its file, and the offset with both bytes', async () => {
    const project = unsteady();
    await project.run('--jobs', '1');
    touch(project, { 'data/a': 9 });
    const finished = await verify(project, '--jobs', '1');
    expect(finished.exitCode).toBe(3);
    expect(lines(finished, 'difference')).toContainEqual(
      expect.objectContaining({ stage: 'random', file: 'noise.bin', offset: 1_234_567, expectedByte: 1, foundByte: 9 }),
    );
    expect(finished.stderr).toContain('output noise: noise.bin differs from offset 1234567 on: 0x01 → 0x09');
    // Those after it were compared only if they had begun before it ended; those before it always are.
    expect(verdicts(finished)).toMatchObject({ steady: 'equal', random: 'different', after: 'not-compared' });
    expect(finished.stderr).toContain('not reproduced: random is the first stage that differs');
  });

  test('still runs the stages before one that differs, so that the first one is named', async () => {
    const gate = await Gate.open();
    const project = gated();
    const stage = (name: string, inputs = '') =>
      `  ${name}: { module: stages/hold.ts, params: { name: ${name} }, env: [GATE], inputs: { ${inputs} } }\n`;
    project.write('pipeline.yaml', `stages:\n${stage('x')}${stage('y', 'first: x.out')}${stage('z')}`);
    project.edit(
      'stages/hold.ts',
      'writeFileSync(outputs.out, params.name);',
      "writeFileSync(outputs.out, params.name + (params.name === 'x' ? '' : process.hrtime.bigint()));",
    );
    const run = project.start(['run'], { GATE: gate.address });
    for (let index = 0; index < 3; index++) (await gate.next()).finish();
    await run;
    const verifying = project.start(['verify', '--json'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    const differs = new Promise((resolve) => {
      verifying.stdout?.on('data', (text: Buffer) => text.toString().includes('"difference"') && resolve(undefined));
    });
    held.find(({ name }) => name === 'z')?.finish();
    await differs;
    held.find(({ name }) => name === 'x')?.finish();
    (await gate.next()).finish();
    const finished = toFinished(await verifying);
    expect(finished.exitCode).toBe(3);
    expect(verdicts(finished)).toEqual({ x: 'equal', y: 'different', z: 'different' });
    expect(finished.stderr).toContain('y is the first stage that differs');
  });

  test('names the file inside a directory', async () => {
    const project = unsteady();
    await project.run();
    const { exitCode, stderr } = await verify(project, 'times');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/output log: log\/inner\/made\.txt differs from offset \d+ on: 0x3\d → 0x3\d/);
  });

  test('finds what depends on the order of files by their times', async () => {
    const project = unsteady();
    await project.run();
    expect((await verify(project, 'order')).exitCode).toBe(0);
    touch(project, { 'data/a': 2, 'data/b': 1 });
    const { exitCode, stderr } = await verify(project, 'order');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('output listing: listing.txt differs from offset 0 on: 0x61 → 0x62');
  });

  test('tells an output that has become longer or shorter', async () => {
    const project = unsteady();
    touch(project, { 'data/a': 5 });
    await project.run();
    touch(project, { 'data/a': 9 });
    expect((await verify(project, 'length')).stderr).toContain(
      'dots.txt goes on at offset 6 with 0x2e, where it ended',
    );
    touch(project, { 'data/a': 2 });
    expect((await verify(project, 'length')).stderr).toContain('dots.txt ends at offset 3, where it went on with 0x2e');
  });

  test('exits with 1 where a stage fails that did not fail before', async () => {
    const project = unsteady();
    await project.run();
    touch(project, { 'data/a': 2 ** 31 });
    const finished = await verify(project, 'length', 'steady');
    expect(finished.exitCode).toBe(1);
    expect(verdicts(finished)).toEqual({ steady: 'equal', length: 'failed' });
    expect(finished.stderr).toContain('✗ length: threw an error');
  });

  test('says that only digests could be compared where the first result is gone', async () => {
    const project = unsteady();
    await project.run();
    project.remove('cache');
    const { exitCode, stderr } = await verify(project, 'random');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('where is not known, since the first one is not in the cache');
  });

  test('says of a cache whose result is not the lockfile’s just that', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    await project.run('random', '--force');
    project.write('pipeline.lock', lockfile);
    const finished = await verify(project, 'after');
    expect(finished.exitCode).toBe(3);
    expect(verdicts(finished)).toEqual({ random: 'different', after: 'not-compared' });
    expect(finished.stderr).toContain('The cache has another result than pipeline.lock');
  });
});

describe('a stage with deterministic: false', () => {
  /** `random` is declared as not deterministic, and what differs for other reasons is gone. */
  function pinned(): Project {
    const project = unsteady();
    const lines = project.read('pipeline.yaml').split('\n');
    project.write('pipeline.yaml', lines.filter((line) => !/times|order|length/.test(line)).join('\n'));
    project.edit('pipeline.yaml', 'stages/random.ts,', 'stages/random.ts, deterministic: false,');
    return project;
  }

  test('is not run again: its first result is what others read', async () => {
    const project = pinned();
    await project.run();
    const finished = await verify(project);
    expect(finished.exitCode).toBe(0);
    expect(finished.which('ran')).toEqual(['steady', 'after']);
    expect(verdicts(finished)).toEqual({ steady: 'equal', random: 'pinned', after: 'equal' });
    expect(finished.stderr).toMatch(/random +not compared: it is declared as not deterministic/);
  });

  test('whose result is not in the cache stops what reads it before anything runs', async () => {
    const project = pinned();
    await project.run();
    project.remove('cache');
    const refused = await verify(project);
    expect(refused.exitCode).toBe(2);
    expect(refused.stages).toEqual([]);
    expect(refused.stderr).toContain(
      'the result of stage «random», which is declared as not deterministic, is not in the cache',
    );
    expect(refused.stderr).toContain('→ Use the cache that has it: --cache DIR.');
    expect((await verify(project, 'steady')).exitCode).toBe(0);
  });

  test('alone leaves nothing to compare', async () => {
    const project = pinned();
    await project.run();
    const { exitCode, stderr } = await verify(project, 'random');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('nothing compared');
  });
});

describe('the fresh cache', () => {
  const besides = (project: Project) =>
    readdirSync(project.directory).filter((name) => name.startsWith('cache.verify.'));

  /** A pipeline that has run, whose stages wait at the gate. */
  async function ran(gate: Gate): Promise<Project> {
    const project = gated();
    const run = project.start(['run'], { GATE: gate.address });
    for (let index = 0; index < 3; index++) (await gate.next()).finish();
    expect((await run).exitCode).toBe(0);
    return project;
  }

  test('is removed by Ctrl-C', async () => {
    const gate = await Gate.open();
    const project = await ran(gate);
    const verifying = project.start(['verify'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    expect(besides(project)).toHaveLength(1);
    verifying.kill('SIGINT');
    const { exitCode, stdout } = await verifying;
    await Promise.all(held.map((stage) => stage.gone));
    expect(exitCode).toBe(130);
    expect(stdout).toContain('interrupted in');
    expect(besides(project)).toEqual([]);
  });

  test('of a killed verify is removed by the next, but not one that is in use', async () => {
    const gate = await Gate.open();
    const project = await ran(gate);
    const killed = project.start(['verify'], { GATE: gate.address });
    const held = [await gate.next(), await gate.next()];
    killed.kill('SIGKILL');
    await killed;
    await Promise.all(held.map((stage) => stage.gone));
    const [left] = besides(project);
    const first = project.start(['verify', 'a'], { GATE: gate.address });
    const stage = await gate.next();
    expect(besides(project)).not.toContain(left);
    const second = project.start(['verify', 'b'], { GATE: gate.address });
    const other = await gate.next();
    expect(besides(project)).toHaveLength(2);
    stage.finish();
    other.finish();
    expect([(await first).exitCode, (await second).exitCode]).toEqual([0, 0]);
    expect(besides(project)).toEqual([]);
  });
});
