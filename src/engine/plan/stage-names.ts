import { failure, type Result, success } from '../../shared/problem.ts';
import { Family, type Instance, type NameFault } from './family.ts';
import { parseStageReference, STAGE_REFERENCE_ADVICE } from './stage-reference.ts';
import { list, suggestion } from './suggest.ts';

/** Finds stages by what a person writes: `train` means all its instances, `train@seed=1` those that match. */
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

  /** At least one. */
  find(text: string): Result<readonly Member[], NameFault> {
    const reference = parseStageReference(text);
    if (reference === undefined) {
      return failure({ message: `«${text}» names no stage`, advice: STAGE_REFERENCE_ADVICE });
    }
    const family = this.#families.get(reference.stage);
    if (family === undefined) {
      return failure({
        message: `there is no stage «${reference.stage}»`,
        advice: suggestion(reference.stage, this.#names),
      });
    }
    const values = family.valuesOf(reference.selection);
    if (!values.ok) return values;
    const matching = family.matching(values.value);
    if (matching.length > 0) return success(matching);
    return failure({ message: `there is no stage «${text}»`, advice: suggestion(text, namesOf(family.instances)) });
  }

  /** For what can only be asked of one stage. */
  findOne(text: string): Result<Member, NameFault> {
    const found = this.find(text);
    if (!found.ok) return found;
    const [first, second] = found.value;
    if (first !== undefined && second === undefined) return success(first);
    return failure({
      message: `«${text}» means ${found.value.length} stages, and only one can be asked for here`,
      advice: `Name one: ${list(namesOf(found.value))}.`,
    });
  }
}

function namesOf(stages: readonly Instance[]): string[] {
  return stages.map(({ name }) => name);
}
