import type { Json, JsonObject } from '../../shared/json.ts';
import type { MatrixValues } from './matrix.ts';
import { suggestion } from './suggest.ts';

/** What a `${name}` can mean. */
export interface Scope {
  readonly shared: JsonObject;
  /** What `matrix.NAME` means, for an instance of a stage with a matrix. */
  readonly matrix: MatrixValues;
}

/** What is wrong with a `${name}`: its text and what to do. */
export interface InterpolationProblem {
  readonly message: string;
  readonly advice: string;
}

export interface Interpolated {
  readonly value: Json;
  readonly problems: readonly InterpolationProblem[];
  /** The dimensions of the matrix that were read. */
  readonly dimensions: ReadonlySet<string>;
}

const REFERENCE = /\$?\$\{([^{}]*)\}/g;
const WHOLE = /^\$\{([^{}]*)\}$/;
/** What one value may come to: shared params that refer to each other twice grow with the power of two. */
const MOST_CHARACTERS = 1_000_000;
/** How many shared params may refer to the next, and how deep values may lie in each other. */
const DEEPEST = 200;

/**
 * Replaces `${name}` and `${nested.name}` in all strings of a value by shared params, and `${matrix.name}` by the
 * instance's own value. A string that is one reference takes the param's own type; inside a longer string it is
 * written out. `$${` stands for `${`.
 */
export function interpolate(value: Json, scope: Scope): Interpolated {
  const interpolation = new Interpolation(scope);
  const filled = interpolation.fill(value);
  return { value: filled, problems: interpolation.problems, dimensions: interpolation.dimensions };
}

class Interpolation {
  readonly #scope: Scope;
  readonly problems: InterpolationProblem[] = [];
  readonly dimensions = new Set<string>();
  #within: readonly string[] = [];
  #depth = 0;
  #left = MOST_CHARACTERS;

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
    if (this.#depth > DEEPEST) return this.#fail(`its values lie more than ${DEEPEST} deep in each other`);
    this.#depth += 1;
    const filled = Array.isArray(value)
      ? value.map((item) => this.fill(item))
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item)]));
    this.#depth -= 1;
    return filled;
  }

  #text(text: string): Json {
    const whole = WHOLE.exec(text)?.[1];
    if (whole !== undefined) return this.#look(whole);
    return text.replaceAll(REFERENCE, (match, name: string) => {
      if (match.startsWith('$$')) return match.slice(1);
      const value = this.#look(name);
      const written = typeof value === 'object' ? JSON.stringify(value) : String(value);
      this.#spend(written.length);
      return this.#left > 0 ? written : '';
    });
  }

  #look(name: string): Json {
    const key = name.trim();
    if (this.#within.includes(key)) {
      const circle = [...this.#within.slice(this.#within.indexOf(key)), key].join(' → ');
      return this.#fail(`shared params refer to each other in a circle: ${circle}`, 'Give one of them a value.');
    }
    if (this.#within.length >= DEEPEST) {
      return this.#fail(`more than ${DEEPEST} shared params refer each to the next`, 'Give one of them a value.');
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
            `the matrix has no «${steps.slice(1).join('.')}»`,
            suggestion(steps[1] ?? '', Object.keys(this.#scope.matrix)),
          )
        : this.#fail(
            `there is no matrix here for «${key}»`,
            `Give the stage one: matrix: { ${steps[1]}: [value, value] }.`,
          );
    }
    const parent = childOf(this.#scope.shared, steps.slice(0, -1));
    const known = isObject(parent) ? parent : this.#scope.shared;
    const step = known === parent ? (steps.at(-1) ?? '') : key;
    return this.#fail(`there is no shared param «${key}»`, suggestion(step, Object.keys(known)));
  }

  get #hasMatrix(): boolean {
    return Object.keys(this.#scope.matrix).length > 0;
  }

  #spend(characters: number): void {
    if (this.#left <= 0) return;
    this.#left -= characters;
    if (this.#left > 0) return;
    const most = MOST_CHARACTERS.toLocaleString('en-US');
    this.#fail(`what it refers to comes to more than ${most} characters`, 'Put that much into a file.');
  }

  #fail(message: string, advice = 'Put it into a file, and make that an input.'): null {
    this.problems.push({ message, advice });
    return null;
  }
}

function childOf(value: Json, steps: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of steps) found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  return found;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
