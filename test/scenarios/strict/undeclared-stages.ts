/** A stage that uses something without having declared it. */
export interface UndeclaredStage {
  /** What it does: "reads a file beside it". */
  readonly title: string;
  readonly name: string;
  /** The statements of `run`, and what they import. They see `inputs` and `outputs`. */
  readonly body: string;
  readonly imports?: string;
  /** Further lines in the pipeline file. */
  readonly declared?: string;
  /** The findings, each with the line of `body` that it is about, if that is known. */
  readonly finds: readonly Expected[];
}

export interface Expected {
  readonly kind: string;
  /** `…` at the beginning stands for anything. */
  readonly subject: string;
  /** From 1. */
  readonly line?: number;
}

const FILES = `import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';`;

/** Stages that use what they have not declared, each in one way. */
export const UNDECLARED: readonly UndeclaredStage[] = [
  {
    title: 'a file beside the pipeline file',
    name: 'file-beside',
    imports: FILES,
    body: `readFileSync('beside.txt');`,
    finds: [{ kind: 'read', subject: 'beside.txt', line: 1 }],
  },
  {
    title: 'a file that is not there, but may appear in a folder above the project',
    name: 'file-above',
    imports: FILES,
    body: `existsSync('../tsconfig.json');`,
    finds: [{ kind: 'look-for', subject: '…/tsconfig.json', line: 1 }],
  },
  {
    title: 'the names of the files in a folder',
    name: 'folder',
    imports: FILES,
    body: `readdirSync('data');`,
    finds: [{ kind: 'list', subject: 'data', line: 1 }],
  },
  {
    title: 'a file of an input that its filter excludes',
    name: 'excluded-file',
    imports: FILES,
    declared: 'inputs: { folder: { path: ./data, exclude: ["*.csv"] } }',
    body: `readFileSync('data/table.csv');`,
    finds: [{ kind: 'read', subject: 'data/table.csv', line: 1 }],
  },
  {
    title: 'an artifact of another stage, in the cache',
    name: 'artifact',
    imports: FILES,
    body: `readdirSync('cache/objects');`,
    finds: [{ kind: 'list', subject: 'cache/objects', line: 1 }],
  },
  {
    title: 'the home folder of the user',
    name: 'home',
    imports: `${FILES} import { homedir } from 'node:os'; import { join } from 'node:path';`,
    body: `const home = homedir();\nexistsSync(join(home, '.flavour'));`,
    finds: [
      { kind: 'look-for', subject: '…/.flavour', line: 2 },
      { kind: 'machine', subject: 'os.homedir()', line: 1 },
    ],
  },
  {
    title: 'what other programs have left in the folder for temporary files',
    name: 'left-over',
    imports: `${FILES} import { tmpdir } from 'node:os'; import { join } from 'node:path';`,
    body: `readFileSync(join(tmpdir(), 'left-over.txt'));`,
    finds: [{ kind: 'read', subject: '…/left-over.txt', line: 1 }],
  },
  {
    title: 'a file that it writes beside its outputs',
    name: 'written-file',
    imports: FILES,
    body: `writeFileSync('written.txt', '');`,
    finds: [{ kind: 'write', subject: 'written.txt', line: 1 }],
  },
  {
    title: 'a package that is installed globally',
    name: 'global-package',
    imports: `import { createRequire } from 'node:module'; import { tmpdir } from 'node:os'; import { join } from 'node:path';`,
    body: `const load = createRequire(join(tmpdir(), 'lib/'));\nload('flavour');`,
    finds: [{ kind: 'read', subject: '…/node_modules/flavour/index.js' }],
  },
  {
    title: 'an environment variable',
    name: 'variable',
    body: `void process.env['FLAVOUR'];`,
    finds: [{ kind: 'environment', subject: 'FLAVOUR', line: 1 }],
  },
  {
    title: 'all environment variables',
    name: 'variables',
    body: `void { ...process.env };`,
    finds: [{ kind: 'environment', subject: '*', line: 1 }],
  },
  {
    title: 'the time of day',
    name: 'clock',
    body: `void new Date();\nvoid Date.now();`,
    finds: [
      { kind: 'clock', subject: 'new Date()', line: 1 },
      { kind: 'clock', subject: 'Date.now()', line: 2 },
    ],
  },
  {
    title: 'the time of day, through a package',
    name: 'clock-of-a-package',
    imports: `import { today } from 'calendar';`,
    body: `today();`,
    finds: [{ kind: 'clock', subject: 'Date.now()', line: 1 }],
  },
  {
    title: 'random numbers',
    name: 'random',
    body: `Math.random();`,
    finds: [{ kind: 'random', subject: 'Math.random()', line: 1 }],
  },
  {
    title: 'a random id',
    name: 'random-id',
    imports: `import { randomUUID } from 'node:crypto';`,
    body: `randomUUID();`,
    finds: [{ kind: 'random', subject: 'crypto.randomUUID()', line: 1 }],
  },
  {
    title: 'the name of the machine',
    name: 'hostname',
    imports: `import { hostname } from 'node:os';`,
    body: `hostname();`,
    finds: [{ kind: 'machine', subject: 'os.hostname()', line: 1 }],
  },
  {
    title: 'the number of CPUs',
    name: 'cpus',
    imports: `import * as os from 'node:os';`,
    body: `os.availableParallelism();`,
    finds: [{ kind: 'machine', subject: 'os.availableParallelism()', line: 1 }],
  },
  {
    title: 'the name of the user',
    name: 'user',
    imports: `import { userInfo } from 'node:os';`,
    body: `userInfo();`,
    finds: [{ kind: 'machine', subject: 'os.userInfo()', line: 1 }],
  },
  {
    title: 'the command line of its process',
    name: 'arguments',
    body: `void process.argv;`,
    finds: [{ kind: 'process', subject: 'process.argv', line: 1 }],
  },
  {
    title: 'the id of its process',
    name: 'process-id',
    body: `void process.pid;`,
    finds: [{ kind: 'process', subject: 'process.pid', line: 1 }],
  },
  {
    title: 'the folder of the project',
    name: 'working-directory',
    body: `process.cwd();`,
    finds: [{ kind: 'process', subject: 'process.cwd()', line: 1 }],
  },
  {
    title: 'a server',
    name: 'network',
    body: `await fetch('http://127.0.0.1:9/').catch(() => undefined);`,
    finds: [{ kind: 'network', subject: '127.0.0.1:9', line: 1 }],
  },
  {
    title: 'a socket that others may connect to',
    name: 'listening',
    imports: `import { once } from 'node:events'; import { createServer } from 'node:net';`,
    body: `const server = createServer().listen(0, '127.0.0.1');\nawait once(server, 'listening');\nserver.close();`,
    finds: [{ kind: 'network', subject: '127.0.0.1:0' }],
  },
  {
    title: 'a program',
    name: 'program',
    imports: `import { execFileSync } from 'node:child_process';`,
    body: `execFileSync('uname');`,
    finds: [{ kind: 'run', subject: '…/uname', line: 1 }],
  },
  {
    title: 'a file that a program reads for it',
    name: 'file-of-a-program',
    imports: `import { execSync } from 'node:child_process';`,
    body: `execSync('cat < beside.txt');`,
    finds: [
      { kind: 'run', subject: '/bin/sh', line: 1 },
      { kind: 'read', subject: 'beside.txt' },
    ],
  },
  {
    title: 'a file that a thread reads for it',
    name: 'file-of-a-thread',
    imports: `import { once } from 'node:events'; import { Worker } from 'node:worker_threads';`,
    body: `const worker = new Worker("require('node:fs').readFileSync('beside.txt'); Math.random()", { eval: true });\nawait once(worker, 'exit');`,
    finds: [
      { kind: 'read', subject: 'beside.txt' },
      { kind: 'random', subject: 'Math.random()' },
    ],
  },
];

/** Returns the files of a project in which each stage is one of these. */
export function projectOf(stages: readonly UndeclaredStage[]): Readonly<Record<string, string>> {
  const declared = stages.map(
    ({ name, declared = '' }) => `  ${name}:\n    module: stages/${name}.ts\n    ${declared}\n`,
  );
  return {
    'pipeline.yaml': `name: strict\nstages:\n${declared.join('')}`,
    'beside.txt': 'beside\n',
    'data/table.csv': 'a,b\n',
    'data/list.txt': 'a\n',
    'node_modules/calendar/package.json':
      '{ "name": "calendar", "version": "1.0.0", "type": "module", "main": "index.js" }',
    'node_modules/calendar/index.js': 'export const today = () => Date.now();\n',
    ...Object.fromEntries(stages.map((stage) => [`stages/${stage.name}.ts`, moduleOf(stage)])),
  };
}

/** The line before the first one of the body. */
export const LINES_BEFORE = 8;

function moduleOf({ imports = '', body, declared = '' }: UndeclaredStage): string {
  return `import { writeFileSync as write } from 'node:fs';
import { defineStage } from 'pipeline';
${imports}

export default defineStage({
  ${declared.startsWith('inputs') ? `inputs: ['folder'],` : ''}
  outputs: ['out'],
  async run({ outputs }) {
${body}
    write(outputs.out, 'done');
  },
});
`;
}
