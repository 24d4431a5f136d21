import { promisify } from 'node:util';

type Observe = (args: readonly unknown[]) => void;

/** Puts a function in the place of `object[name]` that does the same, and tells `observe` of each call before it. */
export function observeCalls(object: object, name: string, observe: Observe): void {
  const original: unknown = Reflect.get(object, name);
  if (typeof original !== 'function') return;
  const properties = Object.getOwnPropertyDescriptors(original);
  const promised: unknown = Reflect.get(original, promisify.custom);
  const form = typeof promised === 'function' && {
    [promisify.custom]: { ...Object.getOwnPropertyDescriptor(original, promisify.custom), value: observed(promised) },
  };
  Reflect.set(object, name, Object.defineProperties(observed(original), { ...properties, ...form }));

  function observed(call: Parameters<typeof Reflect.apply>[0]) {
    return function (this: unknown, ...args: readonly unknown[]): unknown {
      observe(args);
      return Reflect.apply(call, this, args);
    };
  }
}

/** Tells `observe` whenever the property is read. */
export function observeReads(object: object, name: string, observe: () => void): void {
  let value: unknown = Reflect.get(object, name);
  Object.defineProperty(object, name, {
    configurable: true,
    enumerable: true,
    get() {
      observe();
      return value;
    },
    set(changed: unknown) {
      value = changed;
    },
  });
}
