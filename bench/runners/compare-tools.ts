import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Problem, problem, type Result, success } from '../../src/shared/problem.ts';
import type { Bench, Row } from '../benchmark.ts';
import { type Command, command, type Surroundings, time } from '../command.ts';
import { firstParams, type Graph } from './graph.ts';
import { Project, surroundings } from './project.ts';
import type { Tool } from './tool.ts';

/** One measurement of a round, made with each tool. */
export interface Step {
  readonly case: string;
  /** The number of measurements of ours and the floors in a round; 1 by default. */
  readonly times?: number;
  /** Whether the step restores a result; tools without a cache recompute it. */
  readonly restores?: boolean;
  /** Runs before the step and is not measured. `round` differs each time. */
  prepare?(project: Project, round: number): void;
  command(project: Project): Command;
  /** Returns what is wrong with the result, if anything. */
  check?(project: Project, round: number): string | undefined;
  readonly floors?: readonly Floor[];
}

/** A lower bound: what the machine needs for the essential work. */
export interface Floor {
  readonly name: string;
  /** Commands to run in sequence. */
  readonly commands: readonly Command[];
  /** The maximum ratio of our time to that of the floor. */
  readonly goal?: number;
  readonly prepare?: (directory: string) => void;
}

export interface Workload {
  readonly name: string;
  readonly graph: Graph;
  readonly rounds: number;
  /** Creates the source files of the project. */
  makeSources(directory: string): void;
  /** Whether everything is run once before the first round. */
  readonly startsUpToDate?: boolean;
  /** Whether to sync the file system before each measurement. */
  readonly writesMuch?: boolean;
  readonly steps: readonly Step[];
}

/** A participant in a step: a tool with its project, or a floor. */
interface Participant {
  readonly name: string;
  /** Whether to measure it as often as the step says; others, which take long, are measured once. */
  readonly often: boolean;
  measure(): Promise<Result<number>>;
  /** Handles a failure: the comparison fails, or continues without the participant. */
  failed(problems: readonly Problem[]): Result<void>;
}

/** Measures all tools on a workload, interleaved, so that other load on the machine affects all of them. */
export async function compareTools(workload: Workload, tools: readonly Tool[], bench: Bench): Promise<Result<Row[]>> {
  const samples = new Samples();
  const directory = join(bench.scratch, workload.name.replaceAll(' ', '-'));
  const home = join(bench.scratch, 'home');
  const projects: Project[] = [];
  const failed = (project: Project, problems: readonly Problem[]): Result<void> => {
    if (project.tool.role === 'ours') return failure(problems);
    bench.note(`skipped ${project.tool.name} in "${workload.name}": ${problems[0]?.message}`);
    projects.splice(projects.indexOf(project), 1);
    return success(undefined);
  };
  for (const [index, tool] of tools.entries()) {
    bench.note(`${workload.name}: creating the project of ${tool.name}`);
    const project = new Project(tool, workload.graph, join(directory, String(index)), home);
    projects.push(project);
    workload.makeSources(project.directory);
    const begun = await project.begin(firstParams(workload.graph));
    const made = begun.ok && workload.startsUpToDate ? await project.time(tool.run(workload.graph)) : begun;
    if (made.ok) continue;
    const end = failed(project, made.failure);
    if (!end.ok) return end;
  }
  const floorsAt = surroundings(join(directory, 'floor'), home);
  workload.makeSources(floorsAt.directory);

  const rounds = bench.rounds ?? workload.rounds;
  // The first round is a warm-up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    bench.note(`${workload.name}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
    for (const step of workload.steps) {
      for (let turn = 0; turn < (step.times ?? 1); turn++) {
        const participants: Participant[] = [
          ...projects.map((project) => ({
            name: project.tool.name,
            often: project.tool.role === 'ours',
            measure: () => measure(step, project, round),
            failed: (problems: readonly Problem[]) => failed(project, problems),
          })),
          ...(step.floors ?? []).map((floor) => ({
            name: floor.name,
            often: true,
            measure: () => measureFloor(floor, floorsAt),
            failed: (problems: readonly Problem[]) => failure(problems),
          })),
        ];
        for (const { name, often, ...participant } of shuffled(participants, `${step.case} ${round} ${turn}`)) {
          if (turn > 0 && !often) continue;
          if (workload.writesMuch) await time(command('sync'), floorsAt);
          const taken = await participant.measure();
          if (taken.ok && round > 0) samples.add(step.case, name, taken.value);
          const end = taken.ok ? success(undefined) : participant.failed(taken.failure);
          if (!end.ok) return end;
        }
      }
    }
  }
  rmSync(directory, { recursive: true, force: true });
  return success(workload.steps.flatMap((step) => rowsOf(workload, step, projects, samples)));
}

async function measure(step: Step, project: Project, round: number): Promise<Result<number>> {
  step.prepare?.(project, round);
  const taken = await project.time(step.command(project));
  const wrong = taken.ok ? step.check?.(project, round) : undefined;
  return wrong === undefined ? taken : problem(`after "${step.case}": ${wrong}`);
}

async function measureFloor(floor: Floor, around: Surroundings): Promise<Result<number>> {
  floor.prepare?.(around.directory);
  let total = 0;
  for (const command of floor.commands) {
    const taken = await time(command, around);
    if (!taken.ok) return taken;
    total += taken.value;
  }
  return success(total);
}

function rowsOf(workload: Workload, step: Step, projects: readonly Project[], samples: Samples): Row[] {
  const others = projects.filter(({ tool }) => tool.role !== 'ours');
  const row = (name: string, peer: string, goal: number | undefined): Row => ({
    case: `${workload.name}: ${step.case}`,
    peer,
    ours: samples.of(step.case, 'ours'),
    theirs: samples.of(step.case, name),
    unit: 'ms',
    ...(goal !== undefined && { goal }),
  });
  return [
    ...(step.floors ?? []).map(({ name, goal }) => row(name, `floor: ${name}`, goal)),
    ...others.map(({ tool }) => {
      const name = step.restores && !tool.restores ? `${tool.name} (recomputes)` : tool.name;
      return tool.role === 'peer' ? row(tool.name, name, 1) : row(tool.name, `floor: ${name}`, undefined);
    }),
  ];
}

class Samples {
  readonly #taken = new Map<string, number[]>();

  add(step: string, name: string, value: number): void {
    const key = JSON.stringify([step, name]);
    this.#taken.set(key, [...(this.#taken.get(key) ?? []), value]);
  }

  of(step: string, name: string): readonly number[] {
    return this.#taken.get(JSON.stringify([step, name])) ?? [];
  }
}

/** Shuffles by seed, so that the order differs between rounds but not between runs of the benchmark. */
function shuffled<Item extends { readonly name: string }>(items: readonly Item[], seed: string): Item[] {
  const place = ({ name }: Item) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...items].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
