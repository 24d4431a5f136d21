import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Stores } from '../../../src/engine/cache/stores.ts';
import { TieredStore } from '../../../src/engine/cache/tiered-store.ts';
import type { Emit, RunResult } from '../../../src/engine/execute/events.ts';
import { execute } from '../../../src/engine/execute/execute.ts';
import type { Executor, StageRequest } from '../../../src/engine/execute/executor.ts';
import { performStage } from '../../../src/engine/execute/perform-stage.ts';
import type { Services } from '../../../src/engine/execute/services.ts';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { select } from '../../../src/engine/plan/select.ts';
import { toy } from '../../scenarios/cli/toy-pipeline.ts';
import { emptyMemory, type Memory, MemoryStore } from '../../support/memory-store.ts';
import type { Project } from '../../support/project.ts';
import { unwrap } from '../../support/result.ts';
import { localStore, treesIn } from '../../support/results.ts';
import { ENGINE, sessionOf } from '../../support/session.ts';

const unexpected = { onProblem: (problem: object) => expect.unreachable(JSON.stringify(problem)) };

/** A machine with its own clone of the project and its own cache. It shares only a remote store. */
class OtherMachine implements Executor {
  readonly requests: StageRequest[] = [];
  readonly #directory: string;
  readonly #stores: TieredStore;

  constructor(directory: string, memory: Memory) {
    this.#directory = directory;
    this.#stores = new TieredStore(localStore(directory, 'cache'), new MemoryStore(memory, directory), unexpected);
  }

  async run(...[sent, resources, onMessage, signal]: Parameters<Executor['run']>): ReturnType<Executor['run']> {
    if (!(await resources.mayStart())) return { type: 'not-started' };
    const request = JSON.parse(JSON.stringify(sent)) as StageRequest;
    this.requests.push(request);
    const roots = { project: join(this.#directory, 'project'), cache: join(this.#directory, 'cache') };
    for (const { path } of [request.work, request.scratch]) mkdirSync(join(roots.cache, path), { recursive: true });
    const bench = {
      ...{ roots, host: ENGINE.host, stageApi: ENGINE.stageApi, environment: process.env },
      stores: { actions: this.#stores, contents: this.#stores },
      paths: treesIn(join(this.#directory, 'index')),
    };
    const end = await performStage(request, [], bench, onMessage, signal);
    await this.#stores.settle();
    await resources.beforeRelease(end);
    return end;
  }
}

let project: Project;
let directory: string;
let memory: Memory;

beforeEach(() => {
  project = toy();
  directory = mkdtempSync(join(tmpdir(), 'pipeline-elsewhere-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  memory = emptyMemory();
});

/** The services of a run whose stages run on another machine. */
async function elsewhere(): Promise<{ services: Services; machine: OtherMachine }> {
  const there = mkdtempSync(join(directory, 'machine-'));
  cpSync(project.directory, join(there, 'project'), {
    recursive: true,
    filter: (path) => path !== project.path('cache'),
  });
  const { services, close } = await sessionOf(project);
  onTestFinished(close);
  const here = new TieredStore(localStore(project.directory, 'cache'), new MemoryStore(memory, directory), unexpected);
  const stores: Stores = { ...services.stores, actions: here, contents: here };
  const machine = new OtherMachine(there, memory);
  return { services: { ...services, stores, executor: machine }, machine };
}

function run(services: Services, force = false, emit: Emit = () => undefined): Promise<RunResult> {
  const selecting = (plan: Services['plan']) => select(plan, { stages: [], force });
  return execute(services, {
    selection: unwrap(selecting(services.plan)),
    select: selecting,
    purpose: 'run',
    keepGoing: false,
    signal: new AbortController().signal,
    emit,
  });
}

const outcomes = ({ stages }: RunResult) => stages.map(({ outcome }) => outcome);
const outputOf = ({ stages }: RunResult, name: string) => {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage !== undefined && 'outputs' in stage ? Object.values(stage.outputs)[0] : undefined;
};

describe('stages that run on another machine', () => {
  test('produce the same outputs as here, and leave no work directories here', async () => {
    const { services } = await elsewhere();
    const there = await run(services);
    expect(outcomes(there)).toEqual(['ran', 'ran', 'ran', 'ran']);
    expect(existsSync(project.path('cache/objects'))).toBe(false);
    expect(readdirSync(project.path('cache/work'))).toEqual([]);
    const path = await services.stores.contents.materialize(outputOf(there, 'count') as Digest);
    expect(readFileSync(path ?? '', 'utf8')).toBe('{"words":3}');
    const { stages } = await project.run('--force');
    const here = Object.fromEntries(stages.map(({ name, outputs }) => [name, Object.values(outputs)[0]]));
    for (const { name } of there.stages) expect(outputOf(there, name)).toBe(here[name]);
  });

  test('get a request that contains no path of this machine', async () => {
    const { services, machine } = await elsewhere();
    await run(services);
    const [read] = machine.requests;
    expect(read?.inputs['folder']).toMatchObject({ kind: 'path', at: { root: 'project', path: 'data' } });
    expect(JSON.stringify(machine.requests)).not.toContain(project.directory);
  });

  test('see of a filtered folder only the files that count, and artifacts under their names', async () => {
    project.edit('pipeline.yaml', 'folder: ./data', 'folder: { path: ./data, exclude: [b.txt] }');
    project.edit('stages/count.ts', 'const words = ', 'log(inputs.text);\n    const words = ');
    project.edit('stages/count.ts', 'outputs, metrics }', 'outputs, metrics, log }');
    const { services, machine } = await elsewhere();
    const logged: string[] = [];
    const result = await run(services, false, (event) => {
      if (event.type === 'stage-log') logged.push(event.message);
    });
    const path = await services.stores.contents.materialize(outputOf(result, 'read') as Digest);
    expect(readFileSync(path ?? '', 'utf8')).toBe('one two');
    expect(machine.requests[1]?.inputs['text']).toMatchObject({ producer: 'read.text', file: 'text.txt' });
    expect(logged, 'what the user reads').toEqual(['read.text']);
  });

  test('are cached for a third machine with the same remote store, which downloads nothing to find that out', async () => {
    await run((await elsewhere()).services);
    project.remove('cache');
    const { services, machine } = await elsewhere();
    expect(outcomes(await run(services))).toEqual(['cached', 'cached', 'cached', 'cached']);
    expect(machine.requests).toEqual([]);
    expect(existsSync(project.path('cache/objects'))).toBe(false);
  });

  test('report a failure with its location in the source', async () => {
    project.edit('stages/count.ts', 'const words = ', "throw new Error('no luck');\n    const words = ");
    const { services } = await elsewhere();
    const { stages, ok } = await run(services);
    expect(ok).toBe(false);
    expect(stages.find(({ name }) => name === 'count')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'threw', message: 'no luck', at: { file: 'stages/count.ts', line: 8 } },
    });
  });
});
