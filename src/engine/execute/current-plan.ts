import { chainLengths } from '../plan/chains.ts';
import type { Lists } from '../plan/lists.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import type { Select, Selection } from '../plan/select.ts';
import type { StageResult } from './events.ts';
import { FanOut } from './fan-out.ts';
import { openResult } from './no-result.ts';
import type { Services } from './services.ts';

/** The plan of a run, which changes when a stage puts out the values of a matrix. */
export class CurrentPlan {
  readonly #fanOut: FanOut | undefined;
  #plan: Plan;
  #selection: Selection;
  /** The selected stages, by name. */
  #stages: ReadonlyMap<string, PlannedStage>;
  #ranks: ReadonlyMap<string, number>;
  #chains: ReadonlyMap<string, number> | undefined;

  constructor({ plan, planner, stores }: Services, selection: Selection, select: Select) {
    this.#fanOut = planner && new FanOut(planner, stores.contents, select);
    this.#plan = plan;
    this.#selection = selection;
    this.#stages = selected(plan, selection);
    this.#ranks = ranksOf(plan);
  }

  get plan(): Plan {
    return this.#plan;
  }

  get selection(): Selection {
    return this.#selection;
  }

  /** The values of matrices with which it was made. */
  get lists(): Lists {
    return this.#fanOut?.lists ?? new Map();
  }

  /** The names of the selected stages, in topological order. */
  get names(): readonly string[] {
    return [...this.#stages.keys()];
  }

  /** Returns a selected stage. */
  stage(name: string): PlannedStage | undefined {
    return this.#stages.get(name);
  }

  rankOf(name: string): number {
    return this.#ranks.get(name) ?? 0;
  }

  chainLength(name: string): number {
    this.#chains ??= chainLengths(this.#plan);
    return this.#chains.get(name) ?? 0;
  }

  /** Returns the result of what stands for the instances of a stage. */
  resultOfOpen(stage: PlannedStage): StageResult {
    return openResult(stage, this.#fanOut?.problemsOf(stage) ?? []);
  }

  /** Plans again if a stage has put out values of a matrix that the plan does not have. Returns whether it did. */
  async replanAfter(result: StageResult): Promise<boolean> {
    const stage = this.#stages.get(result.name);
    if (this.#fanOut === undefined || stage === undefined || !('outputs' in result)) return false;
    const replanned = await this.#fanOut.after(this.#plan, stage, result);
    if (replanned === undefined) return false;
    const { plan, selection } = replanned;
    this.#plan = plan;
    this.#selection = selection;
    this.#stages = selected(plan, selection);
    this.#ranks = ranksOf(plan);
    this.#chains = undefined;
    return true;
  }
}

function ranksOf({ stages }: Plan): ReadonlyMap<string, number> {
  return new Map(stages.map(({ name }, rank) => [name, rank]));
}

function selected({ stages }: Plan, selection: Selection): ReadonlyMap<string, PlannedStage> {
  return new Map(stages.flatMap((stage) => (selection.stages.has(stage.name) ? [[stage.name, stage]] : [])));
}
