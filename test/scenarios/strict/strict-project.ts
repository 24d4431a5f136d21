import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { variationsHere } from '../../../src/engine/verify/vary/variations.ts';
import { Project } from '../../support/project.ts';

const HEAD = `import { execFileSync } from 'node:child_process';
import { createServer, get } from 'node:http';
import { createRequire } from 'node:module';
import { appendFileSync, existsSync, mkdirSync, opendirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineStage } from 'pipeline';
`;

/** A stage of the tables: the expression of what its module puts out, or the script of its command. */
export type TableStage = { readonly expression: string } | { readonly script: string; readonly version?: string };

/** Creates a project with these stages, which read the folder `data`, and runs it. */
export async function strictProject(
  stages: Readonly<Record<string, TableStage>>,
  environment: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const declared = Object.entries(stages).map(([name, stage]) =>
    'script' in stage
      ? `  ${name}: ${JSON.stringify({ shell: true, command: stage.script, inputs: { folder: './data' }, outputs: ['out.txt'], ...(stage.version && { version: stage.version }) })}`
      : `  ${name}: { module: stages/${name}.ts, inputs: { folder: ./data } }`,
  );
  const modules = Object.entries(stages).flatMap(([name, stage]) =>
    'expression' in stage ? [[`stages/${name}.ts`, moduleOf(stage.expression)]] : [],
  );
  const project = new Project({
    'pipeline.yaml': `name: strict\nstages:\n${declared.join('\n')}\n`,
    'data/a.txt': 'alpha',
    'data/b.txt': 'beta',
    'data/c.txt': 'gamma',
    'settings.txt': 'beside',
    ...Object.fromEntries(modules),
    ...files,
  });
  const { exitCode, stdout, stderr } = await project.pipelineWith(environment, 'run', '--jobs', '2');
  expect(exitCode, stdout + stderr).toBe(0);
  return project;
}

function moduleOf(expression: string): string {
  return `${HEAD}
export default defineStage({
  inputs: ['folder'],
  outputs: ['out.txt'],
  async run({ inputs, outputs }) {
    writeFileSync(outputs.out, String(${expression}));
  },
});
`;
}

/** Returns what keeps this machine from varying everything, if something does: a program that is not installed. */
export function varyingObstacle(): string | undefined {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-varied-')));
  const roots = { project: folder, cache: join(folder, 'cache') };
  const { gaps } = variationsHere({ services: { environment: process.env, roots }, folder });
  rmSync(folder, { recursive: true });
  return gaps[0]?.message;
}

interface JsonFinding {
  readonly type: 'finding';
  readonly pass: string;
  readonly stage: string;
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  readonly advice: string;
  readonly file?: string;
  readonly line?: number;
}

export interface StrictResult {
  readonly exitCode: number | undefined;
  readonly findings: readonly JsonFinding[];
  readonly gaps: readonly { readonly message: string; readonly advice: string }[];
  readonly state: string | undefined;
  readonly stderr: string;
}

/** Runs `pipeline verify --strict --pass PASS`. */
export async function verifyStrict(
  project: Project,
  pass: string,
  environment: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<StrictResult> {
  const { exitCode, stdout, stderr } = await project.pipelineWith(
    environment,
    ...['verify', ...args, '--strict', '--pass', pass, '--json'],
  );
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly type: string });
  const ofType = <Line>(type: string) => lines.filter((line) => line.type === type) as unknown as readonly Line[];
  return {
    exitCode,
    stderr,
    findings: ofType<JsonFinding>('finding'),
    gaps: ofType<StrictResult['gaps'][number]>('gap'),
    state: ofType<{ readonly state: string }>('pass-finished')[0]?.state,
  };
}

/** Returns the findings about each stage: `kind subject`. */
export function foundIn({ findings }: StrictResult): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { stage, kind, subject } of findings) found[stage] = [...(found[stage] ?? []), `${kind} ${subject}`];
  return found;
}
