import type { RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';

/** What to do when a package is not installed or does not load, by its name. */
export type PackageAdvice = Readonly<Record<string, string>>;

/** What is known of particular packages. */
export interface PackageKnowledge {
  readonly advice: PackageAdvice;
  /** Names of the packages whose native parts runtime facts stand for. */
  readonly covered: ReadonlySet<string>;
}

export const NOTHING_KNOWN: PackageKnowledge = { advice: {}, covered: new Set() };

export function collectCoveredPackages(registered: readonly RuntimeFacts[]): ReadonlySet<string> {
  return new Set(registered.flatMap(({ coversNativeParts, packages }) => (coversNativeParts ? packages : [])));
}

export function collectPackageAdvice(registered: readonly RuntimeFacts[]): PackageAdvice {
  return Object.assign({}, ...registered.map(({ ifMissing }) => ifMissing));
}

/**
 * Returns the advice on the package that could not be loaded, if an error with this stack says so: its first frame outside
 * of Node is code at the top level of a module of the package. What a loaded package throws, its caller may have caused.
 */
export function adviceOnStack(stack: string, packageAdvice: PackageAdvice): string | undefined {
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  const module = /^\s+at (?:Object\.<anonymous> \()?([^()]*?):\d+:\d+\)?$/.exec(frame ?? '')?.[1];
  const name = Object.keys(packageAdvice).find((name) => module?.includes(`/node_modules/${name}/`));
  return name === undefined ? undefined : packageAdvice[name];
}
