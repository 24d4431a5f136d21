import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, success } from '../src/shared/problem.ts';
import { type RealServer, startVersitygw } from '../test/support/remote/real-servers.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { type Command, command, time } from './command.ts';
import { DVC } from './runners/dvc.ts';
import { installFromPython } from './runners/install.ts';
import { pipelineCommand } from './runners/ours.ts';
import { surroundings } from './runners/project.ts';

const ROUNDS = 3;
/** As fast as a plain copy up to this factor, and so many times as fast as DVC. */
const GOALS = { copy: 1 / 0.8, dvc: 1 / 5, nothing: 1.05 };

const STAGE = `import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

const integer = { type: 'integer' } as const;
export default defineStage({
  params: { type: 'object', properties: { files: integer, bytes: integer }, required: ['files', 'bytes'] },
  outputs: ['data'],
  run({ params: { files, bytes }, outputs }) {
    mkdirSync(outputs.data);
    for (let file = 0; file < files; file++) {
      const content = Buffer.alloc(bytes, createHash('sha256').update(String(file)).digest());
      writeFileSync(join(outputs.data, file + '.bin'), content);
    }
  },
});
`;

/** A case: so many files of so many bytes. */
interface Load {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

const LARGE: Load = { name: '1 GB in 8 files', files: 8, bytes: 128e6 };
const SMALL: Load = { name: '10,000 files of 10 kB', files: 10_000, bytes: 10_000 };

/** Compares transfers to and from an S3 service with rclone and DVC, which speak to the same one in the same run. */
export const remote: RunBenchmark = async (bench) => {
  const { rounds = ROUNDS, note } = bench;
  const installed = await installFromPython('dvc[s3]', DVC, bench);
  if (!installed.ok) return installed;
  const server = await startVersitygw();
  try {
    const rows: Row[] = [];
    for (const [load, peer] of [
      [LARGE, 'rclone'],
      [SMALL, 'DVC'],
    ] as const) {
      const transfers = new Transfers(load, server, bench);
      const made = await transfers.begin(peer === 'DVC' ? installed.value : undefined);
      if (!made.ok) return made;
      for (let round = 1; round <= rounds; round++) {
        note(`${load.name}: round ${round} of ${rounds}`);
        const done = await transfers.round(round);
        if (!done.ok) return done;
      }
      const goal = peer === 'DVC' ? GOALS.dvc : GOALS.copy;
      const { up, down } = transfers;
      rows.push({ case: `upload ${load.name}`, peer, ...up, unit: 'ms', goal });
      rows.push({ case: `download ${load.name}`, peer, ...down, unit: 'ms', goal });
      if (peer === 'DVC') rows.push(await transfers.nothingToDo(rounds));
    }
    return success(rows);
  } finally {
    await server.stop();
  }
};

interface Times {
  readonly ours: number[];
  readonly theirs: number[];
}

class Transfers {
  readonly up: Times = { ours: [], theirs: [] };
  readonly down: Times = { ours: [], theirs: [] };
  readonly #load: Load;
  readonly #server: RealServer;
  readonly #bench: Bench;
  readonly #directory: string;
  #dvc: string | undefined;

  constructor(load: Load, server: RealServer, bench: Bench) {
    this.#load = load;
    this.#server = server;
    this.#bench = bench;
    this.#directory = join(bench.scratch, `load-${load.files}`);
  }

  /** Makes the files. `dvc`: the folder of DVC, if that is the peer. */
  async begin(dvc: string | undefined): Promise<Result<void>> {
    this.#dvc = dvc;
    mkdirSync(join(this.#directory, 'node_modules'), { recursive: true });
    symlinkSync(this.#bench.root, join(this.#directory, 'node_modules', 'pipeline'));
    writeFileSync(join(this.#directory, 'make.ts'), STAGE);
    const { files, bytes } = this.#load;
    const stage = `{ module: make.ts, params: { files: ${files}, bytes: ${bytes} } }`;
    writeFileSync(join(this.#directory, 'pipeline.yaml'), `stages:\n  make: ${stage}\n`);
    const steps = [this.#pipeline('run'), this.#pipeline('export', 'make', 'plain')];
    if (dvc !== undefined)
      steps.push(
        command('git', 'init', '--quiet'),
        this.#dvcCommand('init', '--quiet'),
        this.#dvcCommand('config', 'core.check_update', 'false'),
        this.#dvcCommand('add', '--quiet', 'plain/data'),
      );
    return this.#each(steps);
  }

  async round(round: number): Promise<Result<void>> {
    const remote = `s3://results/ours-${this.#load.files}-${round}${new URL(this.#server.url).search}`;
    const fresh = join(this.#directory, 'fresh');
    const peer = await this.#peer(round);
    if (!peer.ok) return peer;
    const taken: readonly [number[], Command][] = [
      [this.up.ours, this.#pipeline('cache', 'push', '--remote', remote)],
      [this.up.theirs, peer.value.up],
      [this.down.ours, this.#pipeline('cache', 'pull', '--remote', remote, '--cache', fresh)],
      [this.down.theirs, peer.value.down],
    ];
    for (const [samples, program] of taken) {
      if (samples === this.down.theirs) await peer.value.forget();
      const done = await this.#time(program);
      if (!done.ok) return done;
      samples.push(done.value);
    }
    for (const path of [fresh, join(this.#directory, 'copy')]) rmSync(path, { recursive: true, force: true });
    return success(undefined);
  }

  /** Compares a run in which nothing has changed with and without a remote cache. */
  async nothingToDo(rounds: number): Promise<Row> {
    const times: Times = { ours: [], theirs: [] };
    for (let round = 0; round <= rounds * 5; round++) {
      const with_ = await this.#time(this.#pipeline('run', '--remote', this.#server.url));
      const without = await this.#time(this.#pipeline('run'));
      if (round === 0 || !with_.ok || !without.ok) continue;
      times.ours.push(with_.value);
      times.theirs.push(without.value);
    }
    const peer = 'the same without a remote cache';
    return { case: 'nothing changed', peer, ...times, unit: 'ms', goal: GOALS.nothing };
  }

  async #peer(round: number): Promise<Result<{ up: Command; down: Command; forget: () => Promise<void> }>> {
    if (this.#dvc === undefined) {
      const place = `gw:results/rclone-${round}`;
      const up = command('rclone', 'copy', join(this.#directory, 'plain'), place);
      return success({ up, down: command('rclone', 'copy', place, 'copy'), forget: async () => undefined });
    }
    const { search } = new URL(this.#server.url);
    const endpoint = new URLSearchParams(search).get('endpoint') ?? '';
    const set = await this.#each([
      this.#dvcCommand('remote', 'add', '--force', '--default', 'gw', `s3://results/dvc-${round}`),
      this.#dvcCommand('remote', 'modify', 'gw', 'endpointurl', endpoint),
    ]);
    if (!set.ok) return set;
    const forget = async () => {
      const path = (name: string) => join(this.#directory, name);
      rmSync(path('.dvc/cache'), { recursive: true });
      rmSync(path('plain/data'), { recursive: true });
    };
    return success({ up: this.#dvcCommand('push', '--quiet'), down: this.#dvcCommand('pull', '--quiet'), forget });
  }

  #pipeline(...words: readonly string[]): Command {
    return pipelineCommand(this.#bench.root, ...words);
  }

  #dvcCommand(...words: readonly string[]): Command {
    return command(join(this.#dvc ?? '', 'dvc'), ...words);
  }

  async #each(commands: readonly Command[]): Promise<Result<void>> {
    for (const each of commands) {
      const done = await this.#time(each);
      if (!done.ok) return done;
    }
    return success(undefined);
  }

  #time(program: Command): Promise<Result<number>> {
    const endpoint = new URL(this.#server.url).searchParams.get('endpoint') ?? '';
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = this.#server.environment;
    const around = surroundings(this.#directory, this.#bench.scratch);
    const rclone = {
      RCLONE_CONFIG_GW_TYPE: 's3',
      RCLONE_CONFIG_GW_PROVIDER: 'Other',
      RCLONE_CONFIG_GW_ENDPOINT: endpoint,
      RCLONE_CONFIG_GW_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID,
      RCLONE_CONFIG_GW_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY,
    };
    return time(program, {
      ...around,
      environment: { ...around.environment, ...this.#server.environment, ...rclone },
    });
  }
}
