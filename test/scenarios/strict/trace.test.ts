import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { straceObstacles } from '../../../src/engine/verify/trace/strace.ts';
import { type Finished, Project } from '../../support/project.ts';
import { lines } from '../cli/verifying.ts';
import { type Expected, LINES_BEFORE, projectOf, UNDECLARED } from './undeclared-stages.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-strict-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Why these tests are skipped on this machine. */
const obstacle = straceObstacles(process.env, folder)[0]?.message;

describe.skipIf(obstacle !== undefined)(
  `pipeline verify --strict --pass trace${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    let finished: Finished;
    const cleanUps: (() => void)[] = [];

    beforeAll(async () => {
      const project = new Project(projectOf(UNDECLARED), (cleanUp) => cleanUps.push(cleanUp));
      const temporary = join(folder, 'temporary');
      mkdirSync(join(temporary, 'node_modules/flavour'), { recursive: true });
      writeFileSync(join(temporary, 'node_modules/flavour/index.js'), '');
      writeFileSync(join(temporary, 'left-over.txt'), '');
      const environment = { TMPDIR: temporary, FLAVOUR: 'sweet' };
      const ran = await project.pipelineWith(environment, 'run');
      expect(ran.exitCode, ran.stderr).toBe(0);
      finished = await project.pipelineWith(environment, 'verify', '--strict', '--pass', 'trace', '--json');
    });
    afterAll(() => {
      for (const cleanUp of cleanUps) cleanUp();
    });

    test.each(UNDECLARED)('finds that a stage uses $title', ({ name, finds }) => {
      const found = lines(finished, 'finding').filter(({ stage }) => stage === name);
      expect(found.map(shown)).toEqual(finds.map((expected) => wanted(name, expected, found)));
    });

    test('ends with exit code 3', () => {
      expect(finished.exitCode).toBe(3);
    });
  },
);

/** Stages that use what they were given, and what the system has. */
const DECLARED = {
  'pipeline.yaml': `name: declared
stages:
  module:
    module: stages/module.ts
    inputs: { folder: { path: ./data, exclude: ["*.csv"] } }
    params: { date: 2026-11-28 }
    env: [FLAVOUR]
  command:
    shell: true
    command: sort {inputs.table} | head -n 1 > {outputs.first}
    inputs: { table: ./data/table.csv }
    outputs: [first]
`,
  'data/table.csv': 'a,b\n',
  'data/list.txt': 'a\n',
  'stages/module.ts': `import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { date: { type: 'string' } }, required: ['date'] },
  inputs: ['folder'],
  outputs: ['out'],
  async run({ params, inputs, outputs, work, log }) {
    const started = performance.now();
    const texts = readdirSync(inputs.folder).map((name) => readFileSync(join(inputs.folder, name), 'utf8'));
    const temporary = mkdtempSync(join(tmpdir(), 'declared-'));
    writeFileSync(join(temporary, 'a'), texts.join());
    writeFileSync(join(work, 'b'), readFileSync(join(temporary, 'a')));
    rmSync(temporary, { recursive: true });
    await once(new Worker('void 0', { eval: true }), 'exit');
    log('in ' + (performance.now() - started) + ' ms, on ' + process.env['PIPELINE_CORES'] + ' cores');
    writeFileSync(outputs.out, [process.env['FLAVOUR'], new Date(params.date).getTime(), ...texts].join());
  },
});
`,
};

describe.skipIf(obstacle !== undefined)('pipeline verify --strict --pass trace, of stages that are as declared', () => {
  test('passes', async () => {
    const project = new Project(DECLARED);
    const environment = { FLAVOUR: 'sweet', UNUSED: 'x' };
    expect((await project.pipelineWith(environment, 'run')).exitCode).toBe(0);
    const finished = await project.pipelineWith(environment, 'verify', '--strict', '--pass', 'trace', '--json');
    expect(lines(finished, 'finding')).toEqual([]);
    expect(lines(finished, 'pass-finished')).toMatchObject([{ pass: 'trace', state: 'passed' }]);
    expect(finished.exitCode).toBe(0);
  });

  test('finds what a command reads besides', async () => {
    const project = new Project({ ...DECLARED, 'beside.txt': 'b\n' });
    project.edit('pipeline.yaml', 'sort {inputs.table}', 'sort {inputs.table} besid*');
    expect((await project.pipeline('run')).exitCode).toBe(0);
    const finished = await project.pipeline('verify', 'command', '--strict', '--pass', 'trace', '--json');
    expect(lines(finished, 'finding').map(shown)).toEqual([
      { kind: 'list', subject: '.' },
      { kind: 'read', subject: 'beside.txt' },
    ]);
    expect(finished.exitCode).toBe(3);
  });

  test('says where and what to do, in plain text', async () => {
    const project = new Project({ ...DECLARED, 'beside.txt': 'b\n' });
    project.edit('stages/module.ts', '    const started', "    readFileSync('beside.txt');\n    const started");
    expect((await project.pipeline('run')).exitCode).toBe(0);
    const { stdout, exitCode } = await project.pipeline('verify', 'module', '--strict', '--pass', 'trace');
    expect(stdout).toMatch(
      /^error: stages\/module\.ts:13:\d+: stage "module" reads beside\.txt, which is not among its inputs\n {2}13 \| {5}readFileSync/m,
    );
    expect(stdout).toContain('  → Declare it: inputs: { NAME: ./beside.txt }, and use the path in `inputs`.\n');
    expect(stdout).toMatch(/✗ trace 1 finding \S+ s\n\nnot strict: 1 finding in 1 stage\n?$/);
    expect(exitCode).toBe(3);
  });

  test('is incomplete if all stages are declared non-deterministic', async () => {
    const project = new Project(DECLARED);
    project.edit('pipeline.yaml', '    shell: true', '    shell: true\n    deterministic: false');
    expect((await project.pipeline('run')).exitCode).toBe(0);
    const { stdout, exitCode } = await project.pipeline('verify', 'command', '--strict', '--pass', 'trace');
    expect(stdout).toContain('○ command is left out: it is declared non-deterministic');
    expect(stdout).toContain('not proven: trace could not look at everything here');
    expect(exitCode).toBe(2);
  });

  test('compares the results with the lockfile as well', async () => {
    const project = new Project(DECLARED);
    project.edit('stages/module.ts', 'new Date(params.date).getTime()', 'performance.now()');
    expect((await project.pipeline('run')).exitCode).toBe(0);
    const finished = await project.pipeline('verify', '--strict', '--pass', 'trace', '--json');
    expect(lines(finished, 'finding').map(shown)).toEqual([{ kind: 'difference', subject: 'out' }]);
    expect(finished.exitCode).toBe(3);
  });
});

function shown({ kind, subject, file, line }: Record<string, unknown>) {
  return { kind, subject, ...(file !== undefined && { file, line }) };
}

/** Returns what a finding has to say. A subject that begins with `…` is that of the found one that ends like it. */
function wanted(stage: string, { kind, subject, line }: Expected, found: readonly Record<string, unknown>[]) {
  const ending = subject.startsWith('…') ? subject.slice(1) : undefined;
  const full = found
    .map((each) => String(each['subject']))
    .find((text) => ending !== undefined && text.endsWith(ending));
  return { kind, subject: full ?? subject, ...(line && { file: `stages/${stage}.ts`, line: LINES_BEFORE + line }) };
}
