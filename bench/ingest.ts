import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem, type Result, success } from '../src/shared/problem.ts';
import type { Row, RunBenchmark } from './benchmark.ts';
import { command, type Surroundings, time } from './command.ts';
import { installFromPython } from './runners/install.ts';
import { pipelineCommand } from './runners/ours.ts';
import { surroundings } from './runners/project.ts';

const ROUNDS = 5;
const PANDAS = '3.1.1';
/** Allows for two processes instead of one, source positions for every problem, and validated tables. */
const GOAL = 5;

/** The tasks of FashionAI: number of classes and of samples. */
const TASKS = {
  coat_length: [8, 11_320],
  collar_design: [5, 8_393],
  lapel_design: [5, 7_034],
  neck_design: [5, 5_696],
  neckline_design: [10, 17_148],
  pant_length: [6, 7_460],
  skirt_length: [6, 9_223],
  sleeve_length: [9, 13_299],
} as const;
/** The number of distinct files; all names are hard links to them. */
const FILES = 300;

const PIPELINE = (stages: string) => `stages:
  ingest: { module: ${join(stages, 'ingest.ts')}, inputs: { dataset: ../dataset }, params: { seed: 1 } }
  encode-targets: { module: ${join(stages, 'encode-targets.ts')}, inputs: { samples: ingest.samples } }
`;

/** The same work as one would write it in a notebook: read, check, stat the files, shuffle, split, count, encode. */
const NOTEBOOK = `
import json, os, sys
import numpy as np
import pandas as pd

root, out = sys.argv[1:]
rows = pd.read_csv(os.path.join(root, "Annotations/label.csv"), header=None, names=["file", "task", "label"], dtype=str)
assert rows.notna().all().all()
assert rows.label.str.fullmatch("[ynm]+").all() and (rows.label.str.count("y") == 1).all()
assert (rows.label.str.len().groupby(rows.task).nunique() == 1).all()
assert not rows.duplicated(["file", "task"]).any()
assert all(os.stat(os.path.join(root, file)).st_size > 0 for file in rows.file.unique())
rows = rows.sample(frac=1, random_state=1).reset_index(drop=True)
rows["split"] = np.where(rows.index < round(0.2 * len(rows)), "validation", "train")
rows["class"] = rows.label.str.find("y")
rows.to_csv(os.path.join(out, "samples.csv"))
counts = rows.groupby(["task", "class", "split"]).size()
with open(os.path.join(out, "tasks.json"), "w") as file:
    json.dump([[*key, int(count)] for key, count in counts.items()], file)
for task, own in rows.groupby("task"):
    targets = np.zeros((len(rows), len(own.label.iloc[0])), np.uint8)
    targets[own.index, own["class"]] = 1
    np.save(os.path.join(out, task + ".npy"), targets)
`;

/** Compares `ingest` and `encode-targets` on a label file of the size of FashionAI with pandas. */
export const ingest: RunBenchmark = async (bench) => {
  const { root, scratch, rounds = ROUNDS, note } = bench;
  const installed = await installFromPython('pandas', PANDAS, bench);
  if (!installed.ok) return installed;
  makeDataset(join(scratch, 'dataset'));
  const project = join(scratch, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  mkdirSync(join(project, 'out'));
  symlinkSync(root, join(project, 'node_modules', 'pipeline'));
  writeFileSync(join(project, 'pipeline.yaml'), PIPELINE(join(root, 'stages')));
  writeFileSync(join(project, 'notebook.py'), NOTEBOOK);
  const around = surroundings(project, join(scratch, 'home'));
  const ours = { stages: [] as number[], run: [] as number[] };
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const run = await runOurs(root, around);
    if (!run.ok) return run;
    const python = command(join(installed.value, 'python'), 'notebook.py', '../dataset', 'out');
    const pandas = await time(python, around);
    if (!pandas.ok) return pandas;
    if (round === 0) continue;
    ours.stages.push(run.value.stages);
    ours.run.push(run.value.run);
    theirs.push(pandas.value);
  }
  const common = { peer: 'pandas', theirs, unit: 'ms' } as const;
  return success<Row[]>([
    { case: '79,573 rows, both stages', ours: ours.stages, ...common, goal: GOAL },
    { case: 'including the runner and the digests of all files', ours: ours.run, ...common },
  ]);
};

function makeDataset(root: string): void {
  mkdirSync(join(root, 'Annotations'), { recursive: true });
  mkdirSync(join(root, 'Images'));
  for (let index = 0; index < FILES; index++) writeFileSync(join(root, `${index}.jpg`), `image ${index}`);
  const rows: string[] = [];
  for (const [task, [classes, samples]] of Object.entries(TASKS)) {
    const folder = `Images/${task}_labels`;
    mkdirSync(join(root, folder));
    for (let index = 0; index < samples; index++) {
      const file = `${folder}/${index.toString(16).padStart(32, '0')}.jpg`;
      linkSync(join(root, `${rows.length % FILES}.jpg`), join(root, file));
      const label = [...Array(classes).keys()].map((each) => (each === index % classes ? 'y' : 'n')).join('');
      rows.push(`${file},${task}_labels,${label}\n`);
    }
  }
  writeFileSync(join(root, 'Annotations/label.csv'), rows.join(''));
}

/** Returns the milliseconds of both stages, and of the whole run. */
async function runOurs(root: string, around: Surroundings): Promise<Result<{ stages: number; run: number }>> {
  const run = await time(pipelineCommand(root, 'run', '--force', '--json'), around);
  if (!run.ok) return run;
  const last = readFileSync(around.log, 'utf8')
    .split('\n')
    .find((line) => line.startsWith('{"type":"run-finished"'));
  if (last === undefined) return problem('the output of the run has no run-finished event');
  const { stages } = JSON.parse(last) as { stages: readonly { seconds: number }[] };
  return success({ stages: 1000 * stages.reduce((sum, { seconds }) => sum + seconds, 0), run: run.value });
}
