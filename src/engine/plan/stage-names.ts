import { failure, type Result, success } from '../../shared/problem.ts';
import { Family, type Instance, type NameFault } from './family.ts';
import { parseStageReference, STAGE_REFERENCE_ADVICE } from './stage-reference.ts';
import { list, suggestion } from './suggest.ts';

/** Finds stages by name: `train` means all its instances, `train@seed=1` the matching ones. */
export class StageNames<Member extends Instance> {
  readonly #families: ReadonlyMap<string, Family<Member>>;
  readonly #names: readonly string[];

  constructor(stages: readonly Member[]) {
    const byName = new Map<string, Member[]>();
    for (const stage of stages) {
      const instances = byName.get(stage.declared);
      if (instances === undefined) byName.set(stage.declared, [stage]);
      else instances.push(stage);
    }
    this.#families = new Map([...byName].map(([name, instances]) => [name, new Family(name, instances)]));
    this.#names = [...byName.keys()];
  }

  /** Returns at least one stage, or what is wrong with the name. */
  find(text: string): Result<readonly Member[], NameFault> {
    const reference = parseStageReference(text);
    if (reference === undefined) {
      return failure({ message: `"${text}" is not a valid stage name`, advice: STAGE_REFERENCE_ADVICE });
    }
    const family = this.#families.get(reference.stage);
    if (family === undefined) {
      return failure({
        message: `unknown stage "${reference.stage}"`,
        advice: suggestion(reference.stage, this.#names),
      });
    }
    const values = family.valuesOf(reference.selection);
    if (!values.ok) return values;
    const matching = family.matching(values.value);
    if (matching.length > 0) return success(matching);
    return failure({ message: `unknown stage "${text}"`, advice: suggestion(text, namesOf(family.instances)) });
  }

  /** Returns the one stage of this name, or what is wrong with the name. */
  findOne(text: string): Result<Member, NameFault> {
    const found = this.find(text);
    if (!found.ok) return found;
    const [first, second] = found.value;
    if (first !== undefined && second === undefined) return success(first);
    return failure({
      message: `"${text}" matches ${found.value.length} stages, but exactly one is expected`,
      advice: `Name one: ${list(namesOf(found.value))}.`,
    });
  }
}

function namesOf(stages: readonly Instance[]): string[] {
  return stages.map(({ name }) => name);
}
