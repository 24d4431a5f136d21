import { utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { Project, toFinished } from '../../support/project.ts';
import { gated } from './toy-pipeline.ts';
import { lines, verdicts, verify } from './verifying.ts';

const HEAD = `import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
`;

/** Deterministic and other stages; `after` reads `random`. Tests control some by a file's time, which is in no key. */
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

/** Sets the modification time of files, which is not part of any key. */
function touch(project: Project, seconds: Readonly<Record<string, number>>): void {
  for (const [file, time] of Object.entries(seconds)) utimesSync(project.path(file), time, time);
}

describe('pipeline verify of non-deterministic stages', () => {
  test('pipeline verify names the first stage that differs, its file, the offset and both bytes', async () => {
    const project = unsteady();
    await project.run('--jobs', '1');
    touch(project, { 'data/a': 9 });
    const finished = await verify(project, '--jobs', '1');
    expect(finished.exitCode).toBe(3);
    expect(lines(finished, 'difference')).toContainEqual(
      expect.objectContaining({ stage: 'random', file: 'noise.bin', offset: 1_234_567, expectedByte: 1, foundByte: 9 }),
    );
    expect(finished.stderr).toContain('output noise: noise.bin differs from offset 1234567 on: 0x01 → 0x09');
    // Downstream stages are compared only if they started before it ended; upstream stages always are.
    expect(verdicts(finished)).toMatchObject({ steady: 'equal', random: 'different', after: 'not-compared' });
    expect(finished.stderr).toContain('not reproduced: random is the first stage that differs');
  });

  test('pipeline verify still runs the stages before one that differs, so that the first one is named', async () => {
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

  test('pipeline verify names the file in a directory that differs', async () => {
    const project = unsteady();
    await project.run();
    const { exitCode, stderr } = await verify(project, 'times');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/output log: log\/inner\/made\.txt differs from offset \d+ on: 0x3\d → 0x3\d/);
  });

  test('pipeline verify finds a stage that depends on the times of files', async () => {
    const project = unsteady();
    await project.run();
    expect((await verify(project, 'order')).exitCode).toBe(0);
    touch(project, { 'data/a': 2, 'data/b': 1 });
    const { exitCode, stderr } = await verify(project, 'order');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('output listing: listing.txt differs from offset 0 on: 0x61 → 0x62');
  });

  test('pipeline verify reports an output that is longer or shorter than expected', async () => {
    const project = unsteady();
    touch(project, { 'data/a': 5 });
    await project.run();
    touch(project, { 'data/a': 9 });
    expect((await verify(project, 'length')).stderr).toContain(
      'dots.txt continues at offset 6 with 0x2e, where the expected file ends',
    );
    touch(project, { 'data/a': 2 });
    expect((await verify(project, 'length')).stderr).toContain('dots.txt ends at offset 3, where 0x2e is expected');
  });

  test('pipeline verify exits with 1 if a stage fails that did not fail before', async () => {
    const project = unsteady();
    await project.run();
    touch(project, { 'data/a': 2 ** 31 });
    const finished = await verify(project, 'length', 'steady');
    expect(finished.exitCode).toBe(1);
    expect(verdicts(finished)).toEqual({ steady: 'equal', length: 'failed' });
    expect(finished.stderr).toContain('✗ length: threw an error');
  });

  test('pipeline verify reports that only digests were compared if the first result is deleted', async () => {
    const project = unsteady();
    await project.run();
    project.remove('cache');
    const { exitCode, stderr } = await verify(project, 'random');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('the first difference is unknown, because the expected content is not in the cache');
  });

  test('pipeline verify reports a cached result that differs from the lockfile', async () => {
    const project = unsteady();
    await project.run();
    const lockfile = project.read('pipeline.lock');
    await project.run('random', '--force');
    project.write('pipeline.lock', lockfile);
    const finished = await verify(project, 'after');
    expect(finished.exitCode).toBe(3);
    expect(verdicts(finished)).toEqual({ random: 'different', after: 'not-compared' });
    expect(finished.stderr).toContain('The cached result differs from the lockfile');
  });
});

describe('a stage with deterministic: false', () => {
  /** Declares `random` non-deterministic, and removes the other stages that differ. */
  function pinned(): Project {
    const project = unsteady();
    const lines = project.read('pipeline.yaml').split('\n');
    project.write('pipeline.yaml', lines.filter((line) => !/times|order|length/.test(line)).join('\n'));
    project.edit('pipeline.yaml', 'stages/random.ts,', 'stages/random.ts, deterministic: false,');
    return project;
  }

  test('pipeline verify does not rerun a stage declared non-deterministic, and other stages read its first result', async () => {
    const project = pinned();
    await project.run();
    const finished = await verify(project);
    expect(finished.exitCode).toBe(0);
    expect(finished.which('ran')).toEqual(['steady', 'after']);
    expect(verdicts(finished)).toEqual({ steady: 'equal', random: 'pinned', after: 'equal' });
    expect(finished.stderr).toMatch(/random +not compared: declared non-deterministic/);
  });

  test('pipeline verify fails before anything runs if the result of a non-deterministic stage is not in the cache', async () => {
    const project = pinned();
    await project.run();
    project.remove('cache');
    const refused = await verify(project);
    expect(refused.exitCode).toBe(2);
    expect(refused.stages).toEqual([]);
    expect(refused.stderr).toContain(
      'the result of stage "random", which is declared non-deterministic, is not in the cache',
    );
    expect(refused.stderr).toContain('→ Use the cache that has it: --cache DIR.');
    expect((await verify(project, 'steady')).exitCode).toBe(0);
  });

  test('pipeline verify of only a non-deterministic stage compares nothing', async () => {
    const project = pinned();
    await project.run();
    const { exitCode, stderr } = await verify(project, 'random');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('nothing compared');
  });
});
