import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions, BuildResult, Message, Metafile, Plugin } from 'esbuild';
import { loadedByText } from './open-code.ts';

/** A module of a package. */
export interface PackageModule {
  /** The imports that are known before it runs: specifier → the absolute path of the file. */
  readonly imports: Readonly<Record<string, string>>;
  /** Specifiers that lead nowhere now, or that the text names without importing them. */
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
  #last: Promise<void> = Promise.resolve();

  /** Returns all modules that are reached from `entries` (absolute) by static imports, the entries included. */
  async reachedFrom(entries: readonly string[]): Promise<PackageModules> {
    this.#last = this.#last.then(() => this.#read(entries.filter((entry) => !this.#modules.has(entry))));
    await this.#last;
    const reached = new Map<string, PackageModule>();
    const files = new Set(entries);
    for (const file of files) {
      const module = this.#modules.get(file);
      if (module === undefined) continue;
      reached.set(file, module);
      for (const target of Object.values(module.imports)) files.add(target);
    }
    return reached;
  }

  async #read(entries: readonly string[]): Promise<void> {
    if (entries.length === 0) return;
    const esbuild = await import('esbuild');
    const { inputs, unresolved } = await readInputs(esbuild.build, entries);
    // What cannot be parsed is open, so that its package counts as a whole.
    for (const entry of entries) this.#modules.set(entry, { imports: {}, unresolved: [], isOpen: true });
    const withoutComments = (text: string) =>
      esbuild.transform(text, { minifyWhitespace: true, legalComments: 'none', logLevel: 'silent' }).then(
        ({ code }) => code,
        () => undefined,
      );
    for (const [path, input] of Object.entries(inputs)) {
      const file = join('/', path);
      // esbuild gives what is no file, such as a data URL, a prefix.
      if (/^[^/]+:/.test(path) || this.#modules.get(file)?.isOpen === false) continue;
      this.#modules.set(file, await toModule(file, input, unresolved.get(file) ?? [], withoutComments));
    }
  }
}

async function toModule(
  file: string,
  { imports }: Metafile['inputs'][string],
  missing: readonly string[],
  withoutComments: (text: string) => Promise<string | undefined>,
): Promise<PackageModule> {
  const targets = Object.fromEntries(
    imports.flatMap(({ path, original = path, external }) => (external ? [] : [[original, join('/', path)]])),
  );
  if (file.endsWith('.json')) return { imports: {}, unresolved: [], isOpen: false };
  if (!/\.[cm]?js$/.test(file)) return { imports: targets, unresolved: [], isOpen: true };
  const known = new Set(imports.map(({ path, original = path }) => original));
  const { isOpen, mentioned } = await loadedByText(readFileSync(file, 'utf8'), known, withoutComments);
  return { imports: targets, unresolved: [...missing, ...mentioned], isOpen };
}

interface Inputs {
  readonly inputs: Metafile['inputs'];
  /** File → the specifiers in it that lead nowhere. */
  readonly unresolved: ReadonlyMap<string, readonly string[]>;
}

/** Has esbuild follow the imports. An import that leads nowhere fails at run time, and only if it is reached. */
async function readInputs(build: typeof import('esbuild').build, entries: readonly string[]): Promise<Inputs> {
  const unresolved = new Map<string, readonly string[]>();
  const loader: NonNullable<BuildOptions['loader']> = { '.node': 'empty', '.wasm': 'empty' };
  // Each build reports all that is missing, so the second is usually the last.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = await build({
      ...OPTIONS,
      entryPoints: [...entries],
      loader,
      plugins: [leavingOut(unresolved)],
    }).catch((error: { errors?: Message[] }) => {
      if (error.errors === undefined) throw error;
      return error.errors;
    });
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
    const file = join('/', location.file);
    const before = unresolved.get(file) ?? [];
    unresolved.set(file, [...before, specifier]);
  }
  return true;
}

function leavingOut(unresolved: ReadonlyMap<string, readonly string[]>): Plugin {
  return {
    name: 'leaving-out',
    setup(build) {
      const specifiers = [...new Set([...unresolved.values()].flat())];
      if (specifiers.length === 0) return;
      const filter = new RegExp(`^(?:${specifiers.map(escapeForGo).join('|')})$`);
      build.onResolve({ filter }, ({ path, importer }) =>
        unresolved.get(importer)?.includes(path) ? { path, external: true } : undefined,
      );
    },
  };
}

function escapeForGo(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
