import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import type { Message, Metafile, OnResolveResult, Plugin } from 'esbuild';
import { parseJsonFile } from '../../shared/parse-json.ts';
import { isObject } from '../../shared/shapes.ts';
import { type Link, linksIn } from './links.ts';
import { packageCandidates, packageName, upwards } from './resolution-files.ts';
import { isBundlingStopped, regularFilesOnly } from './stop-bundling.ts';

/** The package that the command is a part of. A stage bundles what it imports of its library, as it does local modules. */
const OWN_PACKAGE = 'pipeline';
/** The condition in its exports by which its own stages are given the library as source. */
const SOURCE = 'pipeline-source';

/** What is found out about the packages that the modules import, whether or not their imports remain in the bundle. */
export interface Resolved {
  /** Specifier in the bundle → the absolute path of the file. */
  readonly externals: Record<string, string>;
  /** The package.json files at which packages were looked for. */
  readonly candidates: Set<string>;
  /** Specifiers that lead nowhere. */
  readonly missing: Set<string>;
}

export type Built =
  | { readonly errors: readonly Pick<Message, 'text' | 'location' | 'notes'>[] }
  | {
      readonly text: string;
      /** What the text imports. */
      readonly links: readonly Link[];
      readonly sourceMap: string;
      readonly metafile: Metafile;
    };

/**
 * Has esbuild make the bundle. An import that leads nowhere is an error only if it remains: the library imports packages
 * for what a stage may do without.
 */
export async function buildBundle(
  module: string,
  root: string,
  resolved: Resolved,
  isMissingAllowed = true,
): Promise<Built> {
  const esbuild = await import('esbuild');
  const result = await esbuild
    .build({
      entryPoints: [module],
      absWorkingDir: root,
      outfile: join(root, 'stage.mjs'),
      write: false,
      bundle: true,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Node's own rules, without esbuild's `module` condition and field.
      conditions: isOwnSource(module) ? [SOURCE] : [],
      mainFields: ['main'],
      legalComments: 'none',
      sourcemap: 'external',
      logLevel: 'silent',
      plugins: [regularFilesOnly, packagesOutside(resolved, isMissingAllowed)],
    })
    .catch((error: Error & { errors?: Message[] }) => {
      if (error.errors !== undefined) return { errors: error.errors };
      if (isBundlingStopped()) return { errors: [] };
      if (error.message.startsWith('The service')) return { errors: [STOPPED] };
      throw error;
    });
  if (!('metafile' in result)) return { errors: result.errors };
  const text = outputOf(result.outputFiles, '.mjs');
  const links = await linksIn(text);
  const isIncomplete = links.some(({ specifier }) => resolved.missing.has(specifier));
  // Again, for errors with their places.
  if (isIncomplete && isMissingAllowed) return buildBundle(module, root, resolved, false);
  return { text, links, sourceMap: outputOf(result.outputFiles, '.map'), metafile: result.metafile };
}

/** Returns whether a module is a part of this package's own source, whose stages use the library as it is in src/. */
function isOwnSource(module: string): boolean {
  const manifests = upwards(dirname(module)).map((folder) => join(folder, 'package.json'));
  const nearest = manifests.find(existsSync);
  const found = nearest === undefined ? undefined : parseJsonFile(nearest, 'manifest', 'follow')?.value;
  return isObject(found) && found['name'] === OWN_PACKAGE && JSON.stringify(found['exports'] ?? '').includes(SOURCE);
}

/**
 * Keeps packages in `node_modules` external, except for the library of this package. A package linked to source outside
 * of `node_modules` counts as local.
 */
function packagesOutside({ externals, candidates, missing }: Resolved, isMissingAllowed: boolean): Plugin {
  const inner = Symbol('resolving');
  return {
    name: 'packages-outside',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args): Promise<OnResolveResult | undefined> => {
        if (args.pluginData === inner || args.kind === 'entry-point' || isBuiltin(args.path)) return undefined;
        if (args.path === OWN_PACKAGE) return { path: args.path, external: true };
        const { path, errors, warnings, sideEffects } = await build.resolve(args.path, {
          kind: args.kind,
          importer: args.importer,
          resolveDir: args.resolveDir,
          pluginData: inner,
        });
        if (errors.length > 0) {
          missing.add(args.path);
          return isMissingAllowed ? { path: args.path, external: true } : { errors, warnings };
        }
        if (isInArchive(path))
          return {
            errors: [{ text: `package "${args.path}" is in an archive of Yarn's Plug'n'Play`, notes: [PLUG_N_PLAY] }],
          };
        for (const file of packageCandidates(packageName(args.path), args.resolveDir, existsSync)) candidates.add(file);
        const isLocal = args.path.startsWith(`${OWN_PACKAGE}/`) || !path.split(/[\\/]/).includes('node_modules');
        if (isLocal) return { path, sideEffects };
        return { path: nameFor(args.path, path, externals), external: true };
      });
    },
  };
}

/** What to do about packages that Yarn's Plug'n'Play keeps in archives, or in folders that only it can find. */
const PLUG_N_PLAY = {
  text: 'Stages load packages from node_modules. Add "nodeLinker: node-modules" to .yarnrc.yml and run: yarn install',
};

/** esbuild follows Yarn's Plug'n'Play, but Node loads from there only with hooks that the process of a stage lacks. */
function isInArchive(path: string): boolean {
  return /\.zip[\\/]|[\\/]\.yarn[\\/](?:unplugged|__virtual__)[\\/]/.test(path);
}

/** Returns the specifier itself, with a suffix if another module resolves it to another copy of the package. */
function nameFor(specifier: string, path: string, externals: Record<string, string>): string {
  let name = specifier;
  for (let copy = 2; externals[name] !== undefined && externals[name] !== path; copy++) name = `${specifier}#${copy}`;
  externals[name] = path;
  return name;
}

function outputOf(files: readonly { path: string; text: string }[], extension: string): string {
  return files.find((file) => file.path.endsWith(extension))?.text ?? '';
}

/** The process of esbuild has ended. */
const STOPPED = {
  text: 'esbuild, which bundles the stages, was stopped; a limit of processes or memory (ulimit -u, -v) does this',
  location: null,
  notes: [],
};
