import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execaNode } from 'execa';
import { onTestFinished } from 'vitest';
import { memoryOf } from '../../src/engine/trust/memory.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
export const CLI = join(REPOSITORY, 'dist/cli.cjs');

export interface StageJson {
  readonly name: string;
  readonly outcome: string;
  readonly key: string | null;
  readonly reasons: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly failure?: { readonly kind: string; readonly cause?: string };
  readonly usage?: { readonly peakMemory: number; readonly cpuSeconds: number };
}

export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The stages in the last JSON line. */
  readonly stages: readonly StageJson[];
  /** Returns the names of the stages with this outcome, in order. */
  which(outcome: string): readonly string[];
}

/** A folder with a pipeline and the package in `node_modules`, like the project of a user. Deleted after the test. */
export class Project {
  readonly directory: string;

  constructor(files: Readonly<Record<string, string>>, atEnd: (cleanUp: () => void) => void = onTestFinished) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-test-')));
    atEnd(() => rmSync(this.directory, { recursive: true, force: true }));
    mkdirSync(join(this.directory, 'node_modules'));
    symlinkSync(REPOSITORY, join(this.directory, 'node_modules/pipeline'));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  /** Returns the absolute path of a file that earlier runs have remembered for this user, outside of the cache. */
  remembered(name: string): string {
    const memory = memoryOf({ root: this.directory, cache: this.path('cache') });
    if (memory === undefined) throw new Error('the user of the tests has no memory');
    return join(memory, name);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true });
  }

  /** Puts packages of this repository, or all of a scope, into `node_modules`, as npm would install them. */
  install(...names: readonly string[]): void {
    for (const name of names) symlinkSync(join(REPOSITORY, 'node_modules', name), this.path(`node_modules/${name}`));
  }

  /** Creates a symbolic link at `path` to the file `target` of the project. */
  link(target: string, path: string): void {
    symlinkSync(this.path(target), this.path(path));
  }

  /** Returns the names in a folder. */
  list(path: string): string[] {
    return readdirSync(this.path(path));
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Replaces a text, which must occur exactly once. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    if (text.split(from).length !== 2) throw new Error(`"${from}" does not occur exactly once in ${path}`);
    this.write(
      path,
      text.replace(from, () => to),
    );
  }

  /** Starts the built command with these arguments. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}, folder = '.') {
    return execaNode(CLI, args, { cwd: this.path(folder), reject: false, env: { NO_COLOR: '1', ...environment } });
  }

  async pipeline(...args: readonly string[]): Promise<Finished> {
    return this.pipelineWith({}, ...args);
  }

  /** Runs the command with additional environment variables. */
  async pipelineWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
    return toFinished(await this.start(args, environment));
  }

  /** Runs `pipeline run --json` with additional arguments. */
  async run(...args: readonly string[]): Promise<Finished> {
    return this.pipeline('run', '--json', ...args);
  }
}

export function toFinished(result: { exitCode?: number; stdout: string; stderr: string }): Finished {
  const last = result.stdout.trim().split('\n').at(-1) ?? '';
  const stages = last.startsWith('{') ? ((JSON.parse(last) as { stages?: StageJson[] }).stages ?? []) : [];
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    stages,
    which: (outcome) => stages.filter((stage) => stage.outcome === outcome).map(({ name }) => name),
  };
}
