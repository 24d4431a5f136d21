import { parseJson } from '../../shared/parse-json.ts';
import type { Problem, Result } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import type { ContentStore } from '../cache/stores.ts';
import { distinctLists, type FoundList, type Lists } from '../plan/lists.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import type { Select, Selection } from '../plan/select.ts';
import type { CompletedStage } from './events.ts';
import type { Planner } from './planner.ts';

/** A plan in the place of an earlier one, with the stages of it that are wanted. */
export interface Replanned {
  readonly plan: Plan;
  readonly selection: Selection;
}

/** Plans again in the middle of a run when a stage has put out the values of a matrix. */
export class FanOut {
  readonly #planner: Planner;
  readonly #contents: ContentStore;
  readonly #select: Select;
  #lists: Lists;
  readonly #refused = new Map<string, readonly Problem[]>();
  #latest: Promise<Replanned | undefined> = Promise.resolve(undefined);

  constructor(planner: Planner, contents: ContentStore, select: Select) {
    this.#planner = planner;
    this.#contents = contents;
    this.#select = select;
    this.#lists = planner.lists;
  }

  get lists(): Lists {
    return this.#lists;
  }

  /** Returns the plan with the values that a stage has put out; nothing if they are those of the plan already. */
  after(plan: Plan, stage: PlannedStage, result: CompletedStage): Promise<Replanned | undefined> {
    const mine = plan.lists.filter((list) => list.stage === result.name);
    if (mine.length === 0) return Promise.resolve(undefined);
    // One after the other, since each plan has the lists of the one before.
    this.#latest = this.#latest.then(async () => {
      const changed = new Map<string, FoundList>();
      for (const { written, output } of mine) {
        const file = stage.outputs.find(({ name }) => name === output)?.file ?? output;
        const found = { file, content: await this.#read(result.outputs[output]) };
        if (JSON.stringify(found) !== JSON.stringify(this.#lists.get(written))) changed.set(written, found);
      }
      return changed.size === 0 ? undefined : this.#planWith(changed);
    });
    return this.#latest;
  }

  /** Returns why the instances of a stage could not be planned, although all lists are there. */
  problemsOf({ lists = {} }: PlannedStage): readonly Problem[] {
    return distinctLists(Object.values(lists)).flatMap(({ written }) => this.#refused.get(written) ?? []);
  }

  async #planWith(changed: Lists): Promise<Replanned> {
    const known = new Map([...this.#lists, ...changed]);
    const replanned = await this.#plan(known);
    if (replanned.ok) {
      this.#lists = known;
      return replanned.value;
    }
    // What stands for the instances fails with these problems in their place.
    for (const list of changed.keys()) {
      this.#refused.set(list, replanned.failure);
      known.delete(list);
    }
    this.#lists = known;
    const open = await this.#plan(known);
    if (!open.ok) throw new Error(`the pipeline cannot be planned any more: ${open.failure[0]?.message}`);
    return open.value;
  }

  async #plan(lists: Lists): Promise<Result<Replanned>> {
    const plan = await this.#planner.plan(lists);
    if (!plan.ok) return plan;
    const selection = this.#select(plan.value);
    return selection.ok ? { ok: true, value: { plan: plan.value, selection: selection.value } } : selection;
  }

  async #read(digest: CompletedStage['outputs'][string] | undefined): Promise<FoundList['content']> {
    const path = digest && (await this.#contents.materialize(digest));
    if (path === undefined) return { fault: 'is missing or corrupted in the cache' };
    const text = readText(path, 'list');
    if (!text.ok) return { fault: `cannot be read: ${text.failure.reason}` };
    return parseJson(text.value) ?? { fault: 'is not JSON' };
  }
}
