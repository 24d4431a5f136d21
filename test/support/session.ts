import { dirname, join } from 'node:path';
import type { CommonOptions } from '../../src/engine/cli/options.ts';
import { openSession, type Session } from '../../src/engine/cli/session.ts';
import { CLI, type Project } from './project.ts';
import { unwrap } from './result.ts';

const BUILT = dirname(CLI);

/** The built engine, without extensions. */
export const ENGINE = {
  host: join(BUILT, 'stage-host.js'),
  stageApi: join(BUILT, 'index.js'),
  hashWorker: join(BUILT, 'hash-worker.js'),
  build: 'test',
  extensions: {
    runtimeFacts: [],
    viewers: async () => [],
    valueReaders: async () => [],
    reportSources: async () => [],
    doctorChecks: async () => [],
    setupSteps: async () => [],
  },
};

/** The options of a command that is called in a project without any. */
export function commandIn(project: Project, file = 'pipeline.yaml'): CommonOptions {
  return { file: project.path(file), set: [], json: false, color: false, engine: ENGINE };
}

/** Reads and checks the pipeline of a project, as commands do. */
export async function sessionOf(project: Project, file?: string): Promise<Session> {
  return unwrap(await openSession(commandIn(project, file), new AbortController().signal));
}
