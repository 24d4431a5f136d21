import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Result, success } from '../src/shared/problem.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { command, time } from './command.ts';
import { make, ninja } from './runners/build-tools.ts';
import { compareTools, type Workload } from './runners/compare-tools.ts';
import { DVC, dvc } from './runners/dvc.ts';
import { eightStages } from './runners/eight-stages.ts';
import { installFromNpm, installFromPython } from './runners/install.ts';
import { manyFiles } from './runners/many-files.ts';
import { ours } from './runners/ours.ts';
import { restore } from './runners/restore.ts';
import { SNAKEMAKE, snakemake } from './runners/snakemake.ts';
import type { Tool } from './runners/tool.ts';
import { TURBOREPO, turborepo } from './runners/turborepo.ts';
import { WIREIT, wireit } from './runners/wireit.ts';

/** Compares the runner with other runners on the same workloads in one run. */
export const runners: RunBenchmark = async (bench) => {
  const home = join(bench.scratch, 'home');
  mkdirSync(home);
  writeFileSync(join(home, '.npmrc'), 'update-notifier=false\n');
  const peers = await installPeers(bench);
  const floors = await buildTools(bench);
  const own = ours(bench.root);
  const comparisons: readonly [Workload, readonly Tool[]][] = [
    [eightStages, [own, ...peers.filter(({ name }) => name !== 'DVC, hard links'), ...floors]],
    [manyFiles, [own, ...peers.filter(({ name }) => name !== 'DVC, hard links')]],
    [restore, [own, ...peers]],
  ];
  const rows: Row[] = [];
  for (const [workload, tools] of comparisons) {
    const measured = await compareTools(workload, tools, bench);
    if (!measured.ok) return measured;
    rows.push(...measured.value);
  }
  return success(rows);
};

async function installPeers(bench: Bench): Promise<Tool[]> {
  const tools: Tool[] = [];
  const add = (installed: Result<string>, ...made: readonly ((folder: string) => Tool)[]) => {
    if (installed.ok) tools.push(...made.map((tool) => tool(installed.value)));
    else for (const { message } of installed.failure) bench.note(`skipped: ${message}`);
  };
  add(
    await installFromPython('dvc', DVC, bench),
    (bin) => dvc(bin, 'copy'),
    (bin) => dvc(bin, 'hardlink'),
  );
  add(await installFromPython('snakemake', SNAKEMAKE, bench), snakemake);
  add(await installFromNpm('turbo', TURBOREPO, bench), turborepo);
  add(
    await installFromNpm('wireit', WIREIT, bench),
    (packages) => wireit(packages, 'npm'),
    (packages) => wireit(packages, 'itself'),
  );
  return tools;
}

/** Returns the build tools that are installed on this machine. */
async function buildTools({ scratch, note }: Bench): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (const tool of [make(availableParallelism()), ninja()]) {
    const around = { directory: scratch, environment: process.env, log: join(scratch, 'version.log') };
    if ((await time(command(tool.name, '--version'), around)).ok) tools.push(tool);
    else note(`skipped: ${tool.name} is not installed`);
  }
  return tools;
}
