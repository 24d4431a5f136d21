import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxObstacle } from '../../../src/engine/verify/sandbox/obstacles.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { foundIn, strictProject, type TableStage, verifyStrict } from './strict-project.ts';

const obstacle = sandboxObstacle(process.env);
/** Why these tests are skipped on this machine. */
const why = obstacle ? ` (${obstacle.message})` : '';

/** Stages that use only what they have declared. */
const DECLARED: Readonly<Record<string, TableStage>> = {
  'reads-its-input': { expression: `readFileSync(join(inputs.folder, 'a.txt'), 'utf8')` },
  'writes-to-the-folder-for-temporary-files': {
    expression: `(writeFileSync(join(os.tmpdir(), 'x'), 'x'), readFileSync(join(os.tmpdir(), 'x'), 'utf8'))`,
  },
  'starts-programs-of-the-system': { script: 'sort {inputs.folder}/a.txt {inputs.folder}/b.txt > {outputs.out}' },
  'starts-node': { expression: `execFileSync('node', ['-p', '1 + 1'])` },
};

test.skipIf(obstacle !== undefined)(
  `verify --strict hides from each stage what it has not declared${why}`,
  async () => {
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'left-over.txt'), 'left over');
    mkdirSync(join(elsewhere, 'home'));
    writeFileSync(join(elsewhere, 'home/.settings'), 'of the user');
    const server = createServer((_request, response) => response.end('from the network')).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const undeclared: Record<string, TableStage> = {
      'a-file-beside': { expression: `readFileSync('settings.txt', 'utf8')` },
      'a-file-beside-if-it-is-there': { expression: `existsSync('settings.txt')` },
      'a-file-of-a-parent-folder': { expression: `readFileSync('${join(elsewhere, 'left-over.txt')}', 'utf8')` },
      'what-lies-in-the-project': { expression: `readdirSync('.').join()` },
      'a-file-in-the-home': { expression: `readFileSync(join(os.homedir(), '.settings'), 'utf8')` },
      'the-path-of-the-home': { expression: 'os.homedir()' },
      'the-name-of-the-user': { expression: 'os.userInfo().username' },
      'the-name-of-the-machine': { expression: 'os.hostname()' },
      'the-file-with-that-name': { expression: `readFileSync('/etc/hostname', 'utf8')` },
      'the-folder-for-temporary-files': { expression: `process.env['TMPDIR']` },
      'a-file-left-there': { expression: `existsSync('${join(elsewhere, 'left-over.txt')}')` },
      'the-network': {
        expression: `await new Promise((resolve, reject) => get('http://127.0.0.1:${port}/', (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject))`,
      },
      'an-artifact-of-a-neighbour': { expression: `readdirSync('cache/objects').length > 0` },
      'a-package-that-it-does-not-import': {
        expression: `createRequire(join(process.cwd(), 'x.js'))('undeclared').answer`,
      },
      'a-file-that-it-writes-beside': { expression: `(writeFileSync('log.txt', 'x'), 'written')` },
      'a-file-that-a-command-reads-beside': { script: 'cat "$(pwd)/settings.txt" > {outputs.out}' },
    };
    const tool = join(elsewhere, 'tool/bin/tool');
    mkdirSync(join(elsewhere, 'tool/bin'), { recursive: true });
    writeFileSync(tool, `#!/bin/sh\ncat "$(dirname "$0")/../data.txt"\n`, { mode: 0o755 });
    writeFileSync(join(elsewhere, 'tool/data.txt'), '1.0');
    undeclared['a-program-without-a-version'] = { script: `${tool} > {outputs.out}` };
    const declared = { ...DECLARED, 'a-program-with-a-version': { script: `${tool} > {outputs.out}`, version: tool } };
    const environment = { HOME: join(elsewhere, 'home'), TMPDIR: elsewhere };
    const project = await strictProjectWithPackage({ ...declared, ...undeclared }, environment);
    const result = await verifyStrict(project, 'hide', environment);
    expect(result.exitCode, result.stderr).toBe(3);
    expect(Object.keys(foundIn(result)).sort()).toEqual(Object.keys(undeclared).sort());
    const beside = result.findings.find(({ stage }) => stage === 'a-file-beside');
    expect(beside).toMatchObject({ kind: 'hidden', file: 'stages/a-file-beside.ts', line: 14 });
    expect(beside?.message).toContain('fails where only what it has declared can be found');
    expect(beside?.message).toContain(`ENOENT: no such file or directory, open 'settings.txt'`);
    expect(project.exists('log.txt'), 'only the run without the sandbox writes it').toBe(true);
  },
);

/** A package that no stage imports. */
async function strictProjectWithPackage(
  stages: Readonly<Record<string, TableStage>>,
  environment: Readonly<Record<string, string>>,
) {
  return strictProject(stages, environment, {
    'node_modules/undeclared/package.json': '{"name":"undeclared","version":"1.0.0"}',
    'node_modules/undeclared/index.js': 'exports.answer = 42;\n',
  });
}

test.skipIf(obstacle !== undefined)(`a pipeline that declares everything passes, and says so${why}`, async () => {
  const project = await strictProject(DECLARED);
  const result = await verifyStrict(project, 'hide');
  expect(result).toMatchObject({ exitCode: 0, state: 'passed', findings: [], gaps: [] });
});

test.skipIf(obstacle !== undefined)(
  `a stage after one that differs is looked at with the locked input${why}`,
  async () => {
    const project = await strictProject({ first: { expression: 'os.hostname()' } });
    project.edit(
      'pipeline.yaml',
      'stages:\n',
      'stages:\n  second: { module: stages/second.ts, inputs: { text: first.out } }\n',
    );
    project.write(
      'stages/second.ts',
      project
        .read('stages/first.ts')
        .replace(`['folder']`, `['text']`)
        .replace('os.hostname()', `basename(inputs.text) + existsSync('settings.txt')`),
    );
    expect((await project.run()).exitCode).toBe(0);
    const result = await verifyStrict(project, 'hide');
    expect(Object.keys(foundIn(result)).sort(), result.stderr).toEqual(['first', 'second']);
    expect(result.gaps).toEqual([]);
  },
);

test.skipIf(obstacle !== undefined)(`links of inputs and packages are followed wherever they lead${why}`, async () => {
  const elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere, 'real.txt'), 'alpha');
  const project = await strictProject(
    { reads: { expression: `readFileSync(join(inputs.folder, 'a.txt'), 'utf8')` } },
    {},
    {
      // As pnpm puts packages.
      'node_modules/.pnpm/outer@1.0.0/node_modules/outer/package.json':
        '{"name":"outer","version":"1.0.0","dependencies":{"inner":"1.0.0"}}',
      'node_modules/.pnpm/outer@1.0.0/node_modules/outer/index.js': `exports.answer = require('inner').answer;\n`,
      'node_modules/.pnpm/inner@1.0.0/node_modules/inner/package.json': '{"name":"inner","version":"1.0.0"}',
      'node_modules/.pnpm/inner@1.0.0/node_modules/inner/index.js': 'exports.answer = 42;\n',
    },
  );
  project.link('node_modules/.pnpm/outer@1.0.0/node_modules/outer', 'node_modules/outer');
  project.link(
    'node_modules/.pnpm/inner@1.0.0/node_modules/inner',
    'node_modules/.pnpm/outer@1.0.0/node_modules/inner',
  );
  project.edit('stages/reads.ts', `from 'pipeline';`, `from 'pipeline';\nimport { answer } from 'outer';`);
  project.edit('stages/reads.ts', 'String(', 'String(answer + ');
  project.remove('data/a.txt');
  symlinkSync(join(elsewhere, 'real.txt'), project.path('data/a.txt'));
  const ran = await project.run();
  expect(ran.exitCode, ran.stderr).toBe(0);
  const result = await verifyStrict(project, 'hide');
  expect(result, result.stderr).toMatchObject({ exitCode: 0, state: 'passed' });
});
