import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type Result, success } from '../../src/shared/problem.ts';
import { type Command, type Surroundings, time } from '../command.ts';
import type { Graph, Params } from './graph.ts';
import type { Tool } from './tool.ts';

/** A project of a tool. */
export class Project {
  readonly tool: Tool;
  readonly graph: Graph;
  readonly directory: string;
  readonly #around: Surroundings;
  readonly #written = new Map<string, string>();

  /** @param home the home directory for the tool, so that the user's settings have no effect. */
  constructor(tool: Tool, graph: Graph, directory: string, home: string) {
    this.tool = tool;
    this.graph = graph;
    this.directory = directory;
    this.#around = surroundings(directory, home);
    mkdirSync(directory, { recursive: true });
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  /** Writes the project files that have changed. */
  configure(params: Params): void {
    for (const [path, text] of Object.entries(this.tool.files(this.graph, params))) {
      if (this.#written.get(path) === text) continue;
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), text);
      this.#written.set(path, text);
    }
  }

  async begin(params: Params): Promise<Result<void>> {
    this.configure(params);
    for (const [path, target] of Object.entries(this.tool.links ?? {})) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      symlinkSync(target, this.path(path));
    }
    for (const command of this.tool.begin) {
      const begun = await this.time(command);
      if (!begun.ok) return begun;
    }
    return success(undefined);
  }

  time(command: Command): Promise<Result<number>> {
    return time(command, this.#around);
  }

  /** Deletes everything that the tool has created. */
  removeAll(): void {
    for (const path of this.tool.kept) rmSync(this.path(path), { recursive: true, force: true });
  }

  removeResult(stage: string): void {
    rmSync(this.path(this.tool.result(this.graph, stage)), { recursive: true, force: true });
  }

  readResult(stage: string): string {
    return readFileSync(this.path(this.tool.result(this.graph, stage)), 'utf8');
  }
}

/** Returns an environment without user settings, update checks and telemetry. */
export function surroundings(directory: string, home: string): Surroundings {
  const environment = {
    // All tools use the same Node.
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    DO_NOT_TRACK: '1',
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(directory, '.dvc-site'),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
  };
  return { directory, environment, log: `${directory}.log` };
}
