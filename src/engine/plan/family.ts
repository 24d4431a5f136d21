import { failure, type Result, success } from '../../shared/problem.ts';
import type { ListOutput } from './lists.ts';
import { instanceName, label, type MatrixValue, type MatrixValues } from './matrix.ts';
import type { Selection } from './stage-reference.ts';
import { suggestion } from './suggest.ts';

/** One of the stages that a matrix generates from a stage of the pipeline file, or the stage itself without a matrix. */
export interface Instance {
  readonly name: string;
  /** The key of the stage in the pipeline file. */
  readonly declared: string;
  readonly matrix: MatrixValues;
  /** The outputs that have the values of dimensions, by dimension, if any do. */
  readonly lists?: Readonly<Record<string, ListOutput>>;
  /** Whether it stands for the instances of a stage that are not known until these outputs are. */
  readonly isOpen?: boolean;
}

/** What is wrong with a name, and what to do about it. */
export interface NameFault {
  readonly message: string;
  readonly advice: string;
}

/** A stage of the pipeline file with all instances that its matrix generates. */
export class Family<Member extends Instance = Instance> {
  readonly name: string;
  readonly instances: readonly Member[];
  readonly dimensions: readonly string[];
  /** Whether its instances are not known yet. */
  readonly isOpen: boolean;
  /** The values of each dimension, by their label. */
  readonly #values = new Map<string, Map<string, MatrixValue>>();
  /** The instances that have certain values, by the dimensions asked for, then by their values. */
  readonly #groups = new Map<string, Map<string, Member[]>>();

  constructor(name: string, instances: readonly Member[]) {
    this.name = name;
    this.instances = instances;
    this.isOpen = instances.some(({ isOpen = false }) => isOpen);
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

  /** Returns the instances that have these values; all instances if no values are given. */
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

  /**
   * Returns the typed values of a selection: `seed=1` is the number 1 if the matrix has numbers. Returns none while the
   * instances are not known, so that what stands for them matches.
   */
  valuesOf(selection: Selection): Result<MatrixValues, NameFault> {
    const wanted: Record<string, MatrixValue> = {};
    for (const [dimension, text] of selection) {
      const values = this.#values.get(dimension);
      if (values === undefined) {
        const { dimensions } = this;
        return failure(
          dimensions.length === 0
            ? { message: `stage "${this.name}" has no matrix`, advice: `Write just ${this.name}.` }
            : {
                message: `the matrix of stage "${this.name}" has no dimension "${dimension}"`,
                advice: suggestion(dimension, dimensions),
              },
        );
      }
      if (this.isOpen) continue;
      const value = readings(text)
        .map((reading) => values.get(reading))
        .find((found) => found !== undefined);
      if (value === undefined) {
        return failure({
          message: `no instance of stage "${this.name}" has ${dimension}=${text}`,
          advice: suggestion(text, [...values.keys()]),
        });
      }
      wanted[dimension] = value;
    }
    return success(wanted);
  }
}

/** Returns the labels that a value may stand for: as written, as a string, as a number (1e-3), or without its quotes. */
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
