import type { Json, JsonObject } from '../../shared/json.ts';
import type { MatrixValues } from './matrix.ts';
import { suggestion } from './suggest.ts';

/** The values that a `${name}` can refer to. */
export interface Scope {
  readonly shared: JsonObject;
  /** The values of `matrix.NAME`, for an instance of a stage with a matrix. */
  readonly matrix: MatrixValues;
}

/** What is wrong with a `${name}`, and what to do about it. */
export interface InterpolationProblem {
  readonly message: string;
  readonly advice: string;
}

export interface Interpolated {
  readonly value: Json;
  readonly problems: readonly InterpolationProblem[];
  /** The dimensions of the matrix that the value refers to. */
  readonly dimensions: ReadonlySet<string>;
}

const REFERENCE = /\$?\$\{([^{}]*)\}/g;
const WHOLE = /^\$\{([^{}]*)\}$/;
/** The maximum size of a resolved value: params that each refer to the next one twice grow exponentially. */
const MAX_CHARACTERS = 1_000_000;
/** The maximum length of a chain of references, and the maximum nesting depth of a value. */
const MAX_DEPTH = 200;

/**
 * Replaces `${name}` and `${nested.name}` in all strings of a value by shared params, and `${matrix.name}` by the
 * value of the instance. A string that consists of one reference takes the type of the param; in a longer string the
 * param is converted to text. `$${` is an escaped `${`.
 */
export function interpolate(value: Json, scope: Scope): Interpolated {
  const interpolation = new Interpolation(scope);
  const filled = interpolation.fill(value);
  return { value: filled, problems: interpolation.problems, dimensions: interpolation.dimensions };
}

/** Returns the names in all `${name}` of a value. */
export function referencesIn(value: Json): readonly string[] {
  if (typeof value === 'string')
    return [...value.matchAll(REFERENCE)].flatMap(([match, name = '']) =>
      match.startsWith('$$') ? [] : [name.trim()],
    );
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((item) => referencesIn(item)) : [];
}

class Interpolation {
  readonly #scope: Scope;
  readonly problems: InterpolationProblem[] = [];
  readonly dimensions = new Set<string>();
  #within: readonly string[] = [];
  #depth = 0;
  #left = MAX_CHARACTERS;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  fill(value: Json): Json {
    if (this.#left <= 0) return null;
    if (typeof value === 'string') {
      const filled = this.#text(value);
      if (typeof filled === 'string') this.#spend(filled.length + 1);
      return filled;
    }
    this.#spend(1);
    if (typeof value !== 'object' || value === null) return value;
    if (this.#depth > MAX_DEPTH) return this.#fail(`values are nested more than ${MAX_DEPTH} levels deep`);
    this.#depth += 1;
    const filled = Array.isArray(value)
      ? value.map((item) => this.fill(item))
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item)]));
    this.#depth -= 1;
    return filled;
  }

  #text(text: string): Json {
    const whole = WHOLE.exec(text)?.[1];
    if (whole !== undefined) return this.#lookUp(whole);
    return text.replaceAll(REFERENCE, (match, name: string) => {
      if (match.startsWith('$$')) return match.slice(1);
      const value = this.#lookUp(name);
      const written = typeof value === 'object' ? JSON.stringify(value) : String(value);
      this.#spend(written.length);
      return this.#left > 0 ? written : '';
    });
  }

  #lookUp(name: string): Json {
    const key = name.trim();
    if (this.#within.includes(key)) {
      const cycle = [...this.#within.slice(this.#within.indexOf(key)), key].join(' → ');
      return this.#fail(`shared params form a reference cycle: ${cycle}`, 'Give one of them a value.');
    }
    if (this.#within.length >= MAX_DEPTH) {
      return this.#fail(`a chain of references has more than ${MAX_DEPTH} shared params`, 'Give one of them a value.');
    }
    const steps = key.split('.');
    const found = this.#find(steps);
    if (found === undefined) return this.#unknown(key, steps);
    const before = this.#within;
    this.#within = [...before, key];
    const value = this.fill(found);
    this.#within = before;
    return value;
  }

  #find(steps: readonly string[]): Json | undefined {
    const [first, dimension] = steps;
    if (first !== 'matrix' || !this.#hasMatrix) return childOf(this.#scope.shared, steps);
    for (const name of dimension === undefined ? Object.keys(this.#scope.matrix) : [dimension]) {
      this.dimensions.add(name);
    }
    return childOf(this.#scope.matrix, steps.slice(1));
  }

  #unknown(key: string, steps: readonly string[]): Json {
    if (steps[0] === 'matrix' && steps.length > 1) {
      return this.#hasMatrix
        ? this.#fail(
            `the matrix has no dimension "${steps.slice(1).join('.')}"`,
            suggestion(steps[1] ?? '', Object.keys(this.#scope.matrix)),
          )
        : this.#fail(
            `"${key}" needs a matrix, but the stage has none`,
            `Add one to the stage: matrix: { ${steps[1]}: [value, value] }.`,
          );
    }
    const parent = childOf(this.#scope.shared, steps.slice(0, -1));
    const known = isObject(parent) ? parent : this.#scope.shared;
    const step = known === parent ? (steps.at(-1) ?? '') : key;
    return this.#fail(`unknown shared param "${key}"`, suggestion(step, Object.keys(known)));
  }

  get #hasMatrix(): boolean {
    return Object.keys(this.#scope.matrix).length > 0;
  }

  #spend(characters: number): void {
    if (this.#left <= 0) return;
    this.#left -= characters;
    if (this.#left > 0) return;
    const most = MAX_CHARACTERS.toLocaleString('en-US');
    this.#fail(`the resolved value is longer than ${most} characters`);
  }

  #fail(message: string, advice = 'Store the value in a file, and declare the file as an input.'): null {
    this.problems.push({ message, advice });
    return null;
  }
}

export function childOf(value: Json, steps: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of steps) found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  return found;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
