import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildOptions, BuildResult, Message, Metafile, Plugin } from 'esbuild';
import { type LoadedByText, loadedByText } from './open-code.ts';

/** A module of a package. */
export interface PackageModule {
  /** What it imports or may import by a literal specifier, with the absolute path. `require` may lead elsewhere. */
  readonly imports: readonly (readonly [specifier: string, file: string])[];
  /** Specifiers that lead nowhere now. */
  readonly unresolved: readonly string[];
  /** Whether it may load or read files that are known only at run time. */
  readonly isOpen: boolean;
}

/** Modules of packages by absolute path. */
export type PackageModules = ReadonlyMap<string, PackageModule>;

type Built = BuildResult & { readonly metafile: Metafile };

/**
 * The import graph of the installed packages, as far as it has been asked for. Stages share most of it, so it is read
 * once a run.
 */
export class PackageGraph {
  readonly #modules = new Map<string, PackageModule>();
  readonly #read = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  /** Returns all modules that are reached from `entries` (absolute) by static imports, the entries included. */
  async reachedFrom(entries: readonly string[]): Promise<PackageModules> {
    this.#last = this.#last.then(() => this.#readFrom(entries.filter((entry) => !this.#modules.has(entry))));
    await this.#last;
    const reached = new Map<string, PackageModule>();
    const files = new Set(entries);
    for (const file of files) {
      const module = this.#modules.get(file);
      if (module === undefined) continue;
      reached.set(file, module);
      for (const [, target] of module.imports) files.add(target);
    }
    return reached;
  }

  async #readFrom(entries: readonly string[]): Promise<void> {
    if (entries.length === 0) return;
    const esbuild = await import('esbuild');
    // What cannot be parsed is open, so that its package counts as a whole.
    for (const entry of entries) this.#modules.set(entry, { imports: [], unresolved: [], isOpen: true });
    let mentions: Mentions = new Map();
    for (let points = entries; points.length > 0; points = [...mentions.keys()].map((file) => MENTIONED + file)) {
      const read = await readInputs(esbuild.build, points, mentions);
      if (Object.keys(read.inputs).length === 0) this.#open(mentions.keys());
      mentions = await this.#add(read, esbuild.transform);
    }
  }

  /** Marks modules that mention what cannot be parsed. */
  #open(files: Iterable<string>): void {
    for (const file of files) {
      const known = this.#modules.get(file);
      if (known !== undefined) this.#modules.set(file, { ...known, isOpen: true });
    }
  }

  /** Adds what has been read. Returns what the text of the new modules mentions. */
  async #add({ inputs, unresolved }: Inputs, transform: typeof import('esbuild').transform): Promise<Mentions> {
    const mentions = new Map<string, readonly string[]>();
    for (const [path, { imports }] of Object.entries(inputs)) {
      const targets = targetsOf(imports);
      const mentioning = path.startsWith(MENTIONED) ? path.slice(MENTIONED.length) : undefined;
      const file = mentioning ?? join('/', path);
      const known = this.#modules.get(file);
      const missing = unresolved.get(mentioning === undefined ? file : path) ?? [];
      if (mentioning !== undefined) {
        const { isOpen = true } = known ?? {};
        const all = [...targets, ...(known?.imports ?? [])];
        this.#modules.set(file, { imports: all, unresolved: [...missing, ...(known?.unresolved ?? [])], isOpen });
      } else if (!this.#read.has(file) && !/^[^/]+:/.test(path)) {
        this.#read.add(file);
        const { isOpen, mentioned } = await openness(file, imports, transform);
        this.#modules.set(file, { imports: targets, unresolved: missing, isOpen });
        if (mentioned.length > 0) mentions.set(file, mentioned);
      }
    }
    return mentions;
  }
}

/** File → the specifiers that its text mentions without importing them. */
type Mentions = ReadonlyMap<string, readonly string[]>;

/** Stands before the path of a file in the name of a module that imports what the text of that file mentions. */
const MENTIONED = 'mentioned-in:';

type Imports = Metafile['inputs'][string]['imports'];

function targetsOf(imports: Imports): PackageModule['imports'] {
  return imports.flatMap(({ path, original = path, external }) =>
    external ? [] : [[original, join('/', path)] as const],
  );
}

async function openness(
  file: string,
  imports: Imports,
  transform: typeof import('esbuild').transform,
): Promise<LoadedByText> {
  if (file.endsWith('.json')) return { isOpen: false, mentioned: [] };
  if (!/\.[cm]?js$/.test(file)) return { isOpen: true, mentioned: [] };
  const imported = new Set(imports.map(({ path, original = path }) => original));
  return loadedByText(readFileSync(file, 'utf8'), imported, (text) =>
    transform(text, { minifyWhitespace: true, legalComments: 'none', logLevel: 'silent' }).then(
      ({ code }) => code,
      () => undefined,
    ),
  );
}

interface Inputs {
  readonly inputs: Metafile['inputs'];
  /** Module → the specifiers in it that lead nowhere. */
  readonly unresolved: ReadonlyMap<string, readonly string[]>;
}

/** Has esbuild follow the imports. An import that leads nowhere fails at run time, and only if it is reached. */
async function readInputs(
  build: typeof import('esbuild').build,
  entryPoints: readonly string[],
  mentions: Mentions,
): Promise<Inputs> {
  const unresolved = new Map<string, readonly string[]>();
  const loader: NonNullable<BuildOptions['loader']> = { '.node': 'empty', '.wasm': 'empty' };
  // Each build reports all that is missing, so the second is usually the last.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const plugins = [mentioned(mentions), leavingOut(unresolved)];
    const result = await build({ ...OPTIONS, entryPoints: [...entryPoints], loader, plugins }).catch(
      (error: { errors?: Message[] }) => {
        if (error.errors === undefined) throw error;
        return error.errors;
      },
    );
    if (!Array.isArray(result)) return { inputs: (result as Built).metafile.inputs, unresolved };
    for (const message of result) {
      if (!leaveOut(message, loader, unresolved)) return { inputs: {}, unresolved };
    }
  }
  return { inputs: {}, unresolved };
}

const MAX_ROUNDS = 10;

const OPTIONS = {
  absWorkingDir: '/',
  outdir: '/out',
  write: false,
  bundle: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  // Node's own rules. It runs modules that a package declares to be free of side effects, too.
  conditions: ['node-addons', 'module-sync'],
  mainFields: ['main'],
  resolveExtensions: ['.js', '.json', '.node'],
  ignoreAnnotations: true,
  treeShaking: false,
  tsconfigRaw: '{}',
  logLevel: 'silent',
  logLimit: 0,
} satisfies BuildOptions;

/** Has the next build do without what this error is about. Returns false if that is not possible. */
function leaveOut(
  { text, location }: Message,
  loader: NonNullable<BuildOptions['loader']>,
  unresolved: Map<string, readonly string[]>,
): boolean {
  const specifier = /^Could not resolve "(.*)"$/.exec(text)?.[1];
  const extension = /^No loader is configured for "(.*)" files/.exec(text)?.[1];
  if (extension !== undefined && loader[extension] === undefined) loader[extension] = 'empty';
  else if (specifier === undefined || location === null) return false;
  else {
    const module = location.file.startsWith(MENTIONED) ? location.file : join('/', location.file);
    unresolved.set(module, [...(unresolved.get(module) ?? []), specifier]);
  }
  return true;
}

/** Makes a module of what the text of a file mentions, as if the file imported it in either way. */
function mentioned(mentions: Mentions): Plugin {
  const namespace = MENTIONED.slice(0, -1);
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^mentioned-in:/ }, ({ path }) => ({ path: path.slice(MENTIONED.length), namespace }));
      build.onLoad({ filter: /^/, namespace }, ({ path }) => ({
        contents: (mentions.get(path) ?? [])
          .map((specifier) => JSON.stringify(specifier))
          .map((specifier) => `require(${specifier}); import(${specifier});`)
          .join('\n'),
        resolveDir: dirname(path),
      }));
    },
  };
}

function leavingOut(unresolved: ReadonlyMap<string, readonly string[]>): Plugin {
  return {
    name: 'leaving-out',
    setup(build) {
      const specifiers = [...new Set([...unresolved.values()].flat())];
      if (specifiers.length === 0) return;
      const filter = new RegExp(`^(?:${specifiers.map(escapeForGo).join('|')})$`);
      build.onResolve({ filter }, ({ path, importer, namespace }) => {
        const module = namespace === 'file' ? importer : `${namespace}:${importer}`;
        return unresolved.get(module)?.includes(path) ? { path, external: true } : undefined;
      });
    },
  };
}

function escapeForGo(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
