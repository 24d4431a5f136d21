import type { Facts, ReachedPackage, RuntimeConditions, RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';
import { type Result, success } from '../../shared/problem.ts';
import type { MachineClass } from '../cache/records.ts';
import type { Runtime } from './action-key.ts';
import { canonicalJson } from './digest.ts';
import type { StageCode } from './stage-code.ts';

type ReachedFolders = Pick<StageCode, 'folders'>;

/** Reads the runtime facts of packages, each at most once a run, so that a run sees a consistent state. */
export class RuntimeRegistry {
  readonly #registered: readonly RuntimeFacts[];
  readonly #findGpu: () => boolean;
  readonly #facts = new Map<string, Result<Facts>>();
  readonly #reached = new Map<ReachedFolders, ReadonlyMap<RuntimeFacts, readonly ReachedPackage[]>>();
  #hasGpu: boolean | undefined;

  /** @param findGpu returns whether this machine has a GPU. */
  constructor(registered: readonly RuntimeFacts[], findGpu: () => boolean) {
    this.#registered = registered;
    this.#findGpu = findGpu;
  }

  /** Returns the facts about the packages that `code` reaches. `seesGpus`: whether GPUs are visible to its stage. */
  factsOf(code: ReachedFolders, seesGpus: boolean): Result<Runtime> {
    const runtime: Record<string, Facts> = {};
    for (const [registered, packages] of this.#packagesOf(code)) {
      const copies: [ReachedPackage, Facts][] = [];
      for (const reached of packages) {
        const facts = this.#read(registered, reached, seesGpus);
        if (!facts.ok) return facts;
        copies.push([reached, facts.value]);
      }
      const facts = joined(copies);
      if (Object.keys(facts).length > 0) runtime[registered.name] = facts;
    }
    return success(runtime);
  }

  /** Returns the environment variables that the packages that `code` reaches are known to read. */
  variablesOf(code: ReachedFolders): readonly string[] {
    return [...this.#packagesOf(code).keys()].flatMap(({ env = [] }) => env);
  }

  /** Returns the folders with what the packages that `code` reaches load from outside of their own. Absolute. */
  nativeFoldersOf(code: ReachedFolders): readonly string[] {
    return [...this.#packagesOf(code)].flatMap(([registered, packages]) =>
      packages.flatMap((reached) => registered.nativeFolders?.(reached) ?? []),
    );
  }

  /** Returns the variables that are no part of keys, but of the class of the machine. */
  machineVariablesOf(code: ReachedFolders): readonly string[] {
    return [...this.#packagesOf(code).keys()].flatMap(({ machineVariables = [] }) => machineVariables);
  }

  /** Returns the class of this machine for results that depend on these runtimes; nothing if it does not matter. */
  machineClassOf(runtime: Runtime, environment: NodeJS.ProcessEnv): MachineClass | undefined {
    const classes = this.#registered.flatMap(({ name, machineClass }): [string, Facts][] =>
      machineClass !== undefined && name in runtime ? [[name, machineClass(environment)]] : [],
    );
    return classes.length === 0 ? undefined : Object.fromEntries(classes);
  }

  /** Returns the label, for messages, of the facts with this name; the name itself if they are not registered. */
  labelOf(name: string): string {
    return this.#registered.find((registered) => registered.name === name)?.label ?? name;
  }

  /** Computed once for each code, which all stages of a matrix share. */
  #packagesOf(code: ReachedFolders): ReadonlyMap<RuntimeFacts, readonly ReachedPackage[]> {
    const known = this.#reached.get(code);
    if (known !== undefined) return known;
    const packages = Object.entries(code.folders).flatMap(([id, folders]) => toReached(id, folders));
    const found = new Map<RuntimeFacts, readonly ReachedPackage[]>();
    for (const registered of this.#registered) {
      const names = new Set(registered.packages);
      const reached = packages.filter(({ name }) => names.has(name));
      if (reached.length > 0) found.set(registered, reached);
    }
    this.#reached.set(code, found);
    return found;
  }

  #read(registered: RuntimeFacts, reached: ReachedPackage, seesGpus: boolean): Result<Facts> {
    const id = JSON.stringify([registered.name, reached.folder, seesGpus]);
    const facts = this.#facts.get(id) ?? registered.read(reached, this.#conditions(seesGpus));
    this.#facts.set(id, facts);
    return facts;
  }

  /** Looks for a GPU only on demand, which is rare. */
  #conditions(seesGpus: boolean): RuntimeConditions {
    const found = () => {
      this.#hasGpu ??= this.#findGpu();
      return this.#hasGpu;
    };
    return {
      get hasGpu() {
        return seesGpus && found();
      },
    };
  }
}

function toReached(id: string, folders: readonly string[]): ReachedPackage[] {
  const at = id.lastIndexOf('@');
  return folders.map((folder) => ({ name: id.slice(0, at), version: id.slice(at + 1), folder }));
}

/**
 * Merges facts into one value for each name. If several packages, or several copies of one, have different values, the
 * merged value lists them ordered by package name and version, independent of their paths.
 */
function joined(found: readonly (readonly [ReachedPackage, Facts])[]): Facts {
  const byId = new Map(found.map(([{ name, version }, facts]) => [canonicalJson([name, version, facts]), facts]));
  const copies = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, facts]) => facts);
  const names = [...new Set(copies.flatMap((facts) => Object.keys(facts)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = copies.map((facts) => facts[name] ?? 'none');
      return [name, new Set(values).size === 1 ? (values[0] ?? '') : values.join(', ')];
    }),
  );
}
