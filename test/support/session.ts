import { dirname, join } from 'node:path';
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
  extensions: { runtimeFacts: [], viewers: async () => [], doctorChecks: async () => [], setupSteps: async () => [] },
};

/** Reads and checks the pipeline of a project, as commands do. */
export async function sessionOf(project: Project): Promise<Session> {
  const options = { file: project.path('pipeline.yaml'), set: [], json: false, color: false, engine: ENGINE };
  return unwrap(await openSession(options, new AbortController().signal));
}
