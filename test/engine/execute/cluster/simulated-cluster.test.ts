import { setMaxListeners } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ActionRecord } from '../../../../src/engine/cache/records.ts';
import { ClusterRun } from '../../../../src/engine/cli/cluster-run.ts';
import { toJobLine } from '../../../../src/engine/execute/cluster/job-messages.ts';
import type { RunResult } from '../../../../src/engine/execute/events.ts';
import { execute } from '../../../../src/engine/execute/execute.ts';
import { keyDocument } from '../../../../src/engine/fingerprint/action-key.ts';
import { type ActionKey, type Digest, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { select } from '../../../../src/engine/plan/select.ts';
import { type Source, sourcesOf } from '../../../../src/engine/plan/sources.ts';
import { Project } from '../../../support/project.ts';
import { unwrap } from '../../../support/result.ts';
import { commandIn, sessionOf } from '../../../support/session.ts';
import { FakeSlurm, type FakeSlurmOptions } from '../../../support/slurm/fake-slurm.ts';
import type { StartedJob } from '../../../support/slurm/job.ts';
import { simulatedWork } from '../../../support/slurm/simulated-work.ts';
import { VirtualClock } from '../../../support/slurm/virtual-clock.ts';
import { isSoak } from '../../../support/soak.ts';

const SECOND = 1000;

/** What the runner calls instead of Slurm, and what the jobs have printed, by file. */
const simulated: { clock: VirtualClock; slurm: FakeSlurm | undefined; readonly outputs: Map<string, Buffer> } = {
  clock: new VirtualClock(),
  slurm: undefined,
  outputs: new Map(),
};

vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  setTimeout: async (milliseconds: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    await simulated.clock.sleep(milliseconds, signal);
    return value;
  },
}));

vi.mock('../../../../src/engine/execute/cluster/call.ts', () => ({
  Caller: class {
    async call([program, ...args]: [string, ...string[]], { input, timeout }: { input?: string; timeout: number }) {
      const over = new AbortController();
      const late = simulated.clock.sleep(timeout, over.signal).then(
        () => ({ ok: false, failure: { kind: 'timeout', said: 'no answer' } }),
        () => undefined,
      );
      const answer = simulated.slurm?.run(program, args, { ...(input !== undefined && { input }) }).then((said) => {
        if (said.code === 0) return { ok: true, value: said.stdout };
        return { ok: false, failure: { kind: 'failed', said: said.stderr.trim() } };
      });
      const first = await Promise.race([answer, late]);
      over.abort();
      return first;
    }
  },
}));

vi.mock('../../../../src/engine/execute/cluster/slurm.ts', async (original) => {
  const { Slurm } = await original<typeof import('../../../../src/engine/execute/cluster/slurm.ts')>();
  return {
    Slurm: class extends Slurm {
      override async output(parts: Parameters<InstanceType<typeof Slurm>['output']>[0]) {
        return parts.map(({ path, from }) => simulated.outputs.get(path)?.subarray(from));
      }
    },
  };
});

/** The names of the stages of a job: its script has one, or one for each task of its array. */
function stageOf({ request: { script }, environment }: StartedJob): string {
  const task = environment['SLURM_ARRAY_TASK_ID'];
  const line = task === undefined ? /^stage=(.*)$/m : new RegExp(`^${task}\\) stage=(.*) ;;$`, 'm');
  return line.exec(script)?.[1] ?? '';
}

/** Simulates a run of the pipeline file `text` on a cluster. */
async function simulate(
  text: string,
  options: Partial<FakeSlurmOptions>,
): Promise<{ readonly slurm: FakeSlurm; readonly clock: VirtualClock; readonly result: RunResult }> {
  const clock = new VirtualClock();
  const records = new Map<string, ActionRecord>();
  /** What each stage reads. */
  const read = new Map<string, readonly Source[]>();
  const finish = async (job: StartedJob) => {
    const stage = stageOf(job);
    const key = sha256(`key of ${stage}`) as string as ActionKey;
    records.set(key, recordOf(stage, key, read.get(stage) ?? []));
    const printed = JSON.stringify(toJobLine({ type: 'ended', end: { outcome: 'ran', key } }));
    simulated.outputs.set(job.output, Buffer.from(`${printed}\n`));
    return { kind: 'exited', code: 0 } as const;
  };
  const work = simulatedWork(clock, (job) => secondsOf(stageOf(job)) * SECOND, finish);
  const slurm = new FakeSlurm({ clock, work, ...options });
  Object.assign(simulated, { clock, slurm });
  simulated.outputs.clear();
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now());
  onTestFinished(() => {
    vi.restoreAllMocks();
  });

  const project = new Project({ 'pipeline.yaml': text });
  const { services, close } = await sessionOf(project);
  onTestFinished(close);
  for (const stage of services.plan.stages) read.set(stage.name, sourcesOf(stage));
  const actions = { ...services.stores.actions, lookUp: async (key: ActionKey) => records.get(key) };
  const contents = { ...services.stores.contents, has: async () => true };
  const logs = { begin: () => ({ add: () => undefined, end: () => undefined }) };
  const stores = { ...services.stores, actions, contents, logs };
  const selection = unwrap(select(services.plan, { stages: [], force: false }));
  const cluster = new ClusterRun(
    { ...services, stores },
    {
      ...{ options: commandIn(project), run: 'r', selection },
      onSubmitted: () => undefined,
      onSilence: () => undefined,
    },
  );
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const result = await clock.until(
    execute(cluster.services, {
      ...{ selection, select: () => ({ ok: true, value: selection }), purpose: 'run', keepGoing: true },
      ...{ signal, emit: () => undefined },
    }),
  );
  return { slurm, clock, result };
}

function recordOf(stage: string, key: ActionKey, sources: readonly Source[]): ActionRecord {
  const output = { digest: outputDigest(stage), kind: 'file', file: 'out', files: 1, bytes: 1 } as const;
  const provenance = { stage, module: '', run: 'r', finished: '', seconds: 1, modules: {}, node: '', platform: '' };
  const inputs = Object.fromEntries(
    sources.flatMap(({ name, from }) => (from.kind === 'artifact' ? [[name, outputDigest(from.stage)]] : [])),
  );
  const document = keyDocument({ code: sha256(stage), packages: {}, params: {}, inputs, env: {}, runtime: {} });
  return { key, document, outputs: { out: output }, metrics: {}, provenance };
}

function outputDigest(stage: string): Digest {
  return sha256(`output of ${stage}`);
}

/** How busy the nodes are, from 0 to 1, from the end of the first job on, while there are as many jobs left as nodes. */
function busyShare({ cluster }: FakeSlurm, nodes: number): number {
  const ends = cluster.jobs.flatMap(({ ended }) => ended ?? []).sort((a, b) => a - b);
  const [from = 0, to = 0] = [ends[0], ends.at(-nodes)];
  const within = (time: number) => Math.min(Math.max(time, from), to);
  const busy = cluster.jobs.reduce((sum, { started = 0, ended = 0 }) => sum + within(ended) - within(started), 0);
  return busy / (nodes * (to - from));
}

/** Latencies of a site under load, in milliseconds: how long commands take, and when a job starts. */
const SITE: Partial<FakeSlurmOptions> = {
  latency: (program) => ({ sbatch: 800, squeue: 1500, sacct: 4000, scancel: 500 })[program],
  ...{ schedule: 3 * SECOND, launch: 2 * SECOND, complete: 2 * SECOND },
  ...{ cpusPerNode: 1, gpusPerNode: 0 },
};

/** From one to three minutes, always the same for the same stage. */
function secondsOf(stage: string): number {
  return 60 + (Number.parseInt(sha256(stage).slice(0, 4), 16) % 121);
}

/** A stage, three stages with a matrix that read one another instance by instance, and one that reads all. */
function pipelineWith(instances: number): string {
  const values = Array.from({ length: instances }, (_, index) => index);
  const chain = (name: string, before: string) => `  ${name}:
    command: "make {inputs.before} {outputs.out} {params.i}"
    outputs: [out]
    executor: cluster
    matrix: { i: [${values}] }
    inputs: { before: ${before}.out }
    params: { i: "\${matrix.i}" }
`;
  return `executors: { cluster: { type: slurm } }
stages:
  prepare: { command: "make {outputs.out}", outputs: [out], executor: cluster }
${chain('first', 'prepare')}${chain('second', 'first')}${chain('third', 'second')}  join:
    command: "make {inputs.all} {outputs.out}"
    outputs: [out]
    executor: cluster
    inputs: { all: third.out }
`;
}

// The short version has as many stages for each node.
const [NODES, STAGES] = isSoak ? [200, 5000] : [40, 1001];

describe(`${STAGES} stages on a simulated cluster of ${NODES} nodes`, () => {
  test('keep it busy for 95 % of the time, with one query every two seconds at most', {
    timeout: 600_000,
  }, async () => {
    const { slurm, clock, result } = await simulate(pipelineWith((STAGES - 2) / 3), { ...SITE, nodes: NODES });
    expect(result.stages.filter(({ outcome }) => outcome !== 'ran')).toEqual([]);
    expect(result.stages).toHaveLength(STAGES);
    expect(slurm.cluster.jobs, 'nothing is submitted twice').toHaveLength(STAGES);
    expect(busyShare(slurm, NODES)).toBeGreaterThan(0.95);
    const queries = slurm.calls.filter(({ program }) => program === 'squeue').map(({ at }) => at);
    const pauses = queries.slice(1).map((at, index) => at - (queries[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2 * SECOND);
    expect(slurm.calls.length).toBeLessThan(clock.now() / (2 * SECOND));
  });
});
