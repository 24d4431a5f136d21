import { beforeEach } from 'vitest';
import type { ActionRecord } from '../../../../src/engine/cache/records.ts';
import { ClusterExecutor } from '../../../../src/engine/execute/cluster/cluster-executor.ts';
import { JobFolder } from '../../../../src/engine/execute/cluster/job-folder.ts';
import { JobWatch } from '../../../../src/engine/execute/cluster/job-watch.ts';
import type { JobRequest } from '../../../../src/engine/execute/cluster/scheduler.ts';
import { Submissions } from '../../../../src/engine/execute/cluster/submissions.ts';
import type { StageEnd, StageMessage, StageRequest } from '../../../../src/engine/execute/executor.ts';
import {
  actionKey,
  type KeyDocument,
  keyDocument,
  type Runtime,
} from '../../../../src/engine/fingerprint/action-key.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { planOf } from '../../../support/plan.ts';
import { PlayedScheduler } from '../../../support/played-scheduler.ts';
import { unwrap } from '../../../support/result.ts';

export const KEY = sha256('key') as string as ActionKey;
export const PLAN = unwrap(
  planOf(
    `executors: { cluster: { type: slurm, max_jobs: 2 } }
stages:
  train: { module: train.ts, executor: cluster, resources: { memory: 1GiB } }
  score: { module: score.ts, executor: cluster, inputs: { model: train.model } }
  other: { module: train.ts, executor: cluster }
`,
    { 'train.ts': { inputs: [], outputs: ['model'] }, 'score.ts': { inputs: ['model'], outputs: ['score'] } },
  ),
);
const FROZEN = { text: '{}', digest: sha256('{}') };
const NEVER = new AbortController().signal;

let directory: string;
/** What is in the cache, and what the executor has said. */
export const records = new Map<ActionKey, ActionRecord>();
export const messages: StageMessage[] = [];

beforeEach(() => {
  directory = temporaryFolder();
  records.clear();
  messages.length = 0;
});

/** An executor on a scheduler that does with each job what `play` says. */
export async function executorOn(play: (scheduler: PlayedScheduler, job: JobRequest, id: string) => void) {
  const scheduler: PlayedScheduler = new PlayedScheduler((job, id) => play(scheduler, job, id));
  const submissions = new Submissions({
    ...{ executor: 'cluster', scheduler, root: '/project', run: 'r', pause: 1 },
    ...{ notes: undefined, isAttached: false },
    settings: { type: 'slurm', options: [], maxJobs: 2 },
    script: { program: ['node'], options: [] },
  });
  const silences: (string | undefined)[] = [];
  const watch = new JobWatch(
    scheduler,
    () => submissions.names,
    (said) => silences.push(said),
    {
      ...{ output: 1, soon: 1, seldom: 5 },
    },
  );
  const executor = new ClusterExecutor({
    ...{ name: 'cluster', scheduler, submissions, watch, isForced: () => false },
    actions: { lookUp: async (key) => records.get(key) },
    times: { lag: 0, gone: 0, unknown: 0 },
  });
  unwrap(await submissions.use(PLAN, FROZEN, new JobFolder(directory, FROZEN.digest)));
  const run = (stage = 'train', signal = NEVER): Promise<StageEnd> =>
    executor.run(
      {
        stage,
        key: KEY,
        document: documentOf('new'),
        run: 'r',
        ...(stage === 'train' && { memory: 2 ** 30 }),
      } as StageRequest,
      { cpu: 1, memory: 0, gpu: 0, priority: 0, mayStart: async () => true, beforeRelease: async () => undefined },
      (message) => messages.push(message),
      signal,
    );
  return { scheduler, submissions, executor, run, silences };
}

export function documentOf(data: string, runtime: Runtime = {}): KeyDocument {
  const inputs = { data: sha256(data) };
  return keyDocument({ code: sha256('code'), packages: {}, params: {}, inputs, env: {}, runtime });
}

/** A job that runs and computes its result. */
export function succeeds(scheduler: PlayedScheduler, id: string, document?: KeyDocument): void {
  const key = document === undefined ? KEY : actionKey(document);
  records.set(key, {
    key,
    document: document ?? documentOf('new'),
    provenance: { run: 'r', seconds: 5 },
  } as ActionRecord);
  scheduler.becomes(id, { phase: 'running', word: 'RUNNING' });
  scheduler.prints(id, { type: 'began', host: 'n1' });
  scheduler.prints(id, { type: 'started' });
  scheduler.prints(id, { type: 'log', message: 'hello' });
  scheduler.prints(id, { type: 'ended', end: { outcome: 'ran', key } });
}
