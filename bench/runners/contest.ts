import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Problem, problem, type Result, success } from '../../src/shared/problem.ts';
import type { Bench, Row } from '../benchmark.ts';
import { type Command, command, type Surroundings, time } from '../command.ts';
import { firstParams, type Graph } from './graph.ts';
import { Project, surroundings } from './project.ts';
import type { Tool } from './tool.ts';

/** What a round does with each tool, in this order. */
export interface Step {
  readonly case: string;
  /** How often ours and the floors are measured in a round, if more than once. */
  readonly times?: number;
  /** For tools that can't bring results back it means to make them again. */
  readonly bringsBack?: boolean;
  /** Not measured. `round` is another number each time. */
  prepare?(project: Project, round: number): void;
  command(project: Project): Command;
  /** What is wrong with what came of it. */
  check?(project: Project, round: number): string | undefined;
  readonly floors?: readonly Floor[];
}

/** What the machine itself takes. */
export interface Floor {
  readonly name: string;
  /** Run one after another. */
  readonly commands: readonly Command[];
  /** Ours should take at most so many times as long. */
  readonly goal?: number;
  readonly prepare?: (directory: string) => void;
}

export interface Workload {
  readonly name: string;
  readonly graph: Graph;
  readonly rounds: number;
  /** Makes what the project reads. */
  makeSources(directory: string): void;
  /** Whether everything is run once before the first round. */
  readonly startsUpToDate?: boolean;
  /** Whether what one has written is to be on the disk before the next one's turn. */
  readonly writesMuch?: boolean;
  readonly steps: readonly Step[];
}

/** Whoever takes part in a step: a tool at its project, or a floor. */
interface Participant {
  readonly name: string;
  /** Measured as often as the step says; others, which take long and are compared loosely, once. */
  readonly often: boolean;
  measure(): Promise<Result<number>>;
  /** What follows from its failure: the whole contest fails, or goes on without it. */
  failed(problems: readonly Problem[]): Result<void>;
}

/** Lets all tools do the same, by turns: whatever else the machine does meanwhile hits all of them. */
export async function contest(workload: Workload, tools: readonly Tool[], bench: Bench): Promise<Result<Row[]>> {
  const samples = new Samples();
  const directory = join(bench.scratch, workload.name.replaceAll(' ', '-'));
  const home = join(bench.scratch, 'home');
  const projects: Project[] = [];
  const failed = (project: Project, problems: readonly Problem[]): Result<void> => {
    if (project.tool.role === 'ours') return failure(problems);
    bench.note(`${project.tool.name} is left out of «${workload.name}»: ${problems[0]?.message}`);
    projects.splice(projects.indexOf(project), 1);
    return success(undefined);
  };
  for (const [index, tool] of tools.entries()) {
    bench.note(`${workload.name}: making the project of ${tool.name}`);
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
  // The first round warms up: it is not counted.
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
  return wrong === undefined ? taken : problem(`after «${step.case}»: ${wrong}`);
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
      const name = step.bringsBack && !tool.restores ? `${tool.name} (runs again)` : tool.name;
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

/** Another order each time, and the same in each run of the benchmark: nobody always follows the same one. */
function shuffled<Item extends { readonly name: string }>(items: readonly Item[], seed: string): Item[] {
  const place = ({ name }: Item) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...items].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
