import type { Recorder } from './recorder.ts';

/** Stands for all variables, for code that lists them. */
export const ALL_VARIABLES = '*';

/** Notes which variables are read. Those that the code has set itself are its own. */
export function observeEnvironment(recorder: Recorder): void {
  const assigned = new Set<string | symbol>();
  const note = (name: string | symbol) => {
    if (typeof name === 'string' && !assigned.has(name)) recorder.note('environment', () => name);
  };
  process.env = new Proxy(process.env, {
    get(variables, name) {
      note(name);
      return Reflect.get(variables, name);
    },
    has(variables, name) {
      note(name);
      return Reflect.has(variables, name);
    },
    set(variables, name, value) {
      assigned.add(name);
      return Reflect.set(variables, name, value);
    },
    deleteProperty(variables, name) {
      assigned.add(name);
      return Reflect.deleteProperty(variables, name);
    },
    ownKeys(variables) {
      note(ALL_VARIABLES);
      return Reflect.ownKeys(variables);
    },
  });
}
