import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { CLI, Project } from './project.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly description: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

/** Reads an action of this repository. `path`: that of its `action.yml`. */
export function readAction(path: string): Action {
  return parse(readFileSync(join(ROOT, path), 'utf8')) as Action;
}

/** What a job gives an action. */
export interface Job {
  readonly project: Project;
  readonly inputs?: Readonly<Record<string, string>>;
  /** The values of contexts: `github.event.before`. */
  readonly contexts?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** npx takes a second or two to start a command, so most tests have a script in its place. */
  readonly npx?: 'real';
}

export interface JobResult {
  /** What the steps have printed, with the commands to the log. */
  readonly log: string;
  /** The page of the job. */
  readonly page: string;
  /** The exit code of the first step that failed. */
  readonly exitCode: number;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Runs the shell steps of an action as GitHub runs them, with files in place of its services. Steps that use other
 * actions are left out; after a failed step, those without `if` are.
 */
export async function runAction(path: string, job: Job): Promise<JobResult> {
  const { inputs: declared, runs } = readAction(path);
  const inputs = Object.fromEntries(Object.entries(declared).map(([name, { default: value = '' }]) => [name, value]));
  const runner = new Project({ outputs: '', page: '', 'temporary/none': '' });
  linkCommand(job.project);
  runner.write('bin/npx', `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(runner.path('bin/npx'), 0o755);
  const folders = [
    ...(job.npx === 'real' ? [] : [runner.path('bin')]),
    job.environment?.['PATH'] ?? process.env['PATH'],
  ];
  const outputs: Record<string, string> = {};
  let log = '';
  let exitCode = 0;
  for (const step of runs.steps) {
    if (step.run === undefined || (exitCode !== 0 && step.if === undefined)) continue;
    const known = {
      ...job.contexts,
      ...prefixed('inputs', { ...inputs, ...job.inputs }),
      ...prefixed('steps.run.outputs', outputs),
    };
    runner.write('step.sh', step.run);
    const { all, exitCode: code = 1 } = await execa(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', runner.path('step.sh')],
      {
        ...{ cwd: job.project.directory, all: true, reject: false },
        env: {
          ...{
            NO_COLOR: '1',
            GITHUB_ACTIONS: 'true',
            GITHUB_EVENT_NAME: 'pull_request',
            GITHUB_REPOSITORY: 'team/garments',
          },
          ...{ GITHUB_WORKSPACE: job.project.directory, GITHUB_OUTPUT: runner.path('outputs') },
          ...{ GITHUB_STEP_SUMMARY: runner.path('page'), RUNNER_TEMP: runner.path('temporary') },
          ...{ ...job.environment, PATH: folders.join(delimiter) },
          ...Object.fromEntries(
            Object.entries(step.env ?? {}).map(([name, value]) => [
              name,
              evaluate(evaluate(String(value), known), known),
            ]),
          ),
        },
      },
    );
    log += `${all}\n`;
    if (exitCode === 0) exitCode = code;
    for (const line of runner.read('outputs').trim().split('\n')) {
      const [name = '', ...value] = line.split('=');
      outputs[name] = value.join('=');
    }
  }
  return { log, page: runner.read('page'), exitCode, outputs };
}

/** Replaces expressions by what contexts have. An operator gives its first value that is not empty. */
function evaluate(text: string, contexts: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_match, expression: string) => {
    const values = expression.split(' || ').map((name) => contexts[name] ?? '');
    return values.find((value) => value !== '') ?? '';
  });
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** Puts the command where npm puts the commands of packages. */
function linkCommand(project: Project): void {
  const link = project.path('node_modules/.bin/pipeline');
  if (existsSync(link)) return;
  mkdirSync(dirname(link));
  symlinkSync(CLI, link);
}

/** A request to the API of GitHub. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Stands for `gh` with answers that a test gives, by method and path. Bytes are sent as they are. */
export class FakeGitHub {
  readonly #folder = new Project({ calls: '', 'answers/none': '' });

  constructor(answers: Readonly<Record<string, object | Uint8Array>>) {
    for (const [request, answer] of Object.entries(answers)) {
      const bytes = answer instanceof Uint8Array ? answer : Buffer.from(JSON.stringify(answer));
      writeFileSync(this.#folder.path(`answers/${encodeURIComponent(request)}`), bytes);
    }
    this.#folder.write('bin/gh', FAKE_GH);
    chmodSync(this.#folder.path('bin/gh'), 0o755);
  }

  get environment(): Record<string, string> {
    const path = `${this.#folder.path('bin')}${delimiter}${process.env['PATH']}`;
    return { PATH: path, FAKE_GH: this.#folder.directory };
  }

  /** The requests that have changed something. */
  get changes(): readonly ApiCall[] {
    const calls = this.#folder.read('calls').trim().split('\n');
    return calls.filter((line) => line !== '').map((line) => JSON.parse(line) as ApiCall);
  }
}

const FAKE_GH = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { parseArgs } = require('node:util');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: 'string', default: 'GET' },
    jq: { type: 'string' },
    paginate: { type: 'boolean' },
    silent: { type: 'boolean' },
    'raw-field': { type: 'string', short: 'f', multiple: true, default: [] },
    field: { type: 'string', short: 'F', multiple: true, default: [] },
  },
});
const [command, path] = positionals;
if (command !== 'api' || !process.env.GH_TOKEN) process.exit(4);
const split = (text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
const fields = Object.fromEntries([
  ...values['raw-field'].map(split),
  ...values.field.map(split).map(([name, value]) => [name, value.startsWith('@') ? readFileSync(value.slice(1), 'utf8') : value]),
]);
const folder = process.env.FAKE_GH;
if (values.method !== 'GET') {
  appendFileSync(folder + '/calls', JSON.stringify({ method: values.method, path, fields }) + '\\n');
  process.exit(0);
}
const query = new URLSearchParams(fields).toString();
const request = 'GET ' + path + (query === '' ? '' : '?' + query);
const file = folder + '/answers/' + encodeURIComponent(request);
if (!existsSync(file)) {
  console.error('gh: Not Found (HTTP 404): ' + request);
  process.exit(1);
}
const answer = readFileSync(file);
if (values.jq === undefined) process.stdout.write(answer);
else process.exit(spawnSync('jq', ['-r', values.jq], { input: answer, stdio: ['pipe', 'inherit', 'inherit'] }).status ?? 1);
`;
