import { failure, type Result, success } from '../../shared/problem.ts';
import { instanceName, label, type MatrixValue, type MatrixValues } from './matrix.ts';
import type { Selection } from './stage-reference.ts';
import { suggestion } from './suggest.ts';

/** One of the stages that a matrix makes of a stage of the pipeline file, or that stage itself if it has none. */
export interface Instance {
  readonly name: string;
  /** The key in the pipeline file. */
  readonly declared: string;
  readonly matrix: MatrixValues;
}

/** What is wrong with a name, and what to do. */
export interface NameFault {
  readonly message: string;
  readonly advice: string;
}

/** A stage of the pipeline file with all its instances. */
export class Family<Member extends Instance = Instance> {
  readonly name: string;
  readonly instances: readonly Member[];
  readonly dimensions: readonly string[];
  /** By dimension the values that instances have, each by how it may be written. */
  readonly #values = new Map<string, Map<string, MatrixValue>>();
  /** By the dimensions that are asked for: by their values the instances that have them. */
  readonly #groups = new Map<string, Map<string, Member[]>>();

  constructor(name: string, instances: readonly Member[]) {
    this.name = name;
    this.instances = instances;
    for (const { matrix } of instances) {
      for (const [dimension, value] of Object.entries(matrix)) {
        const values = this.#values.get(dimension) ?? new Map<string, MatrixValue>();
        this.#values.set(dimension, values.set(label(value), value));
      }
    }
    this.dimensions = [...this.#values.keys()];
  }

  has(dimension: string, value: MatrixValue): boolean {
    return this.#values.get(dimension)?.has(label(value)) ?? false;
  }

  /** The instances that have these values: all when there are none. */
  matching(wanted: MatrixValues): readonly Member[] {
    const dimensions = Object.keys(wanted);
    if (dimensions.length === 0) return this.instances;
    const id = dimensions.join();
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = new Map();
      for (const instance of this.instances) {
        const key = keyOf(dimensions, instance.matrix);
        const members = group.get(key);
        if (members === undefined) group.set(key, [instance]);
        else members.push(instance);
      }
      this.#groups.set(id, group);
    }
    return group.get(keyOf(dimensions, wanted)) ?? [];
  }

  /** The values that a selection means: `seed=1` is the number 1 where the matrix has numbers. */
  valuesOf(selection: Selection): Result<MatrixValues, NameFault> {
    const wanted: Record<string, MatrixValue> = {};
    for (const [dimension, text] of selection) {
      const values = this.#values.get(dimension);
      if (values === undefined) {
        const { dimensions } = this;
        return failure(
          dimensions.length === 0
            ? { message: `stage «${this.name}» has no matrix`, advice: `Write ${this.name}.` }
            : {
                message: `the matrix of stage «${this.name}» has no «${dimension}»`,
                advice: suggestion(dimension, dimensions),
              },
        );
      }
      const value = readings(text)
        .map((reading) => values.get(reading))
        .find((found) => found !== undefined);
      if (value === undefined) {
        return failure({
          message: `no stage «${this.name}» has ${dimension}=${text}`,
          advice: suggestion(text, [...values.keys()]),
        });
      }
      wanted[dimension] = value;
    }
    return success(wanted);
  }
}

/** The labels that a written value may mean: as it stands, as a text, as a number (1e-3), or out of its quotes. */
function readings(text: string): string[] {
  const known = [text, JSON.stringify(text), String(Number(text))];
  if (!text.startsWith('"')) return known;
  try {
    return [...known, label(JSON.parse(text) as string)];
  } catch {
    return known;
  }
}

function keyOf(dimensions: readonly string[], values: MatrixValues): string {
  return instanceName('', Object.fromEntries(dimensions.map((name) => [name, values[name] ?? ''])));
}
