import type { Json, JsonObject } from './declaration.ts';
import { suggestion } from './suggest.ts';

/** What is wrong with a `${name}`: its text and what to do. */
export interface InterpolationProblem {
  readonly message: string;
  readonly advice: string;
}

const REFERENCE = /\$?\$\{([^{}]*)\}/g;
const WHOLE = /^\$\{([^{}]*)\}$/;

/**
 * Replaces `${name}` and `${nested.name}` in all strings of a value by shared params. A string that is one
 * reference takes the param's own type; inside a longer string it is written out. `$${` stands for `${`.
 */
export function interpolate(value: Json, shared: JsonObject): { value: Json; problems: InterpolationProblem[] } {
  const problems: InterpolationProblem[] = [];
  return { value: walk(value, shared, [], problems), problems };
}

function walk(value: Json, shared: JsonObject, within: readonly string[], problems: InterpolationProblem[]): Json {
  if (typeof value === 'string') return walkText(value, shared, within, problems);
  if (Array.isArray(value)) return value.map((item) => walk(item, shared, within, problems));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, shared, within, problems)]));
  }
  return value;
}

function walkText(text: string, shared: JsonObject, within: readonly string[], problems: InterpolationProblem[]): Json {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return look(whole, shared, within, problems);
  return text.replaceAll(REFERENCE, (match, name: string) => {
    if (match.startsWith('$$')) return match.slice(1);
    const value = look(name, shared, within, problems);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

function look(name: string, shared: JsonObject, within: readonly string[], problems: InterpolationProblem[]): Json {
  const key = name.trim();
  if (within.includes(key)) {
    const circle = [...within.slice(within.indexOf(key)), key].join(' → ');
    problems.push({
      message: `shared params refer to each other in a circle: ${circle}`,
      advice: 'Give one of them a value.',
    });
    return null;
  }
  let found: Json | undefined = shared;
  for (const step of key.split('.')) {
    const isObject: boolean = typeof found === 'object' && found !== null && !Array.isArray(found);
    found = isObject && Object.hasOwn(found as JsonObject, step) ? (found as JsonObject)[step] : undefined;
  }
  if (found === undefined) {
    problems.push({
      message: `there is no shared param «${key}»`,
      advice: suggestion(key, Object.keys(shared)),
    });
    return null;
  }
  return walk(found, shared, [...within, key], problems);
}
