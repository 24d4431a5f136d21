import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';
import type { Message, OnResolveResult, Plugin } from 'esbuild';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import { type Digest, sha256 } from './digest.ts';
import type { PackageAdvice } from './package-advice.ts';
import { installCommand } from './package-manager.ts';
import { configurationFiles, packageCandidates, packageName } from './resolution-files.ts';
import { isBundlingStopped, regularFilesOnly } from './stop-bundling.ts';

/** An import of a package in the text of a bundle: the range of its specifier. */
export interface Link {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
  /** Whether the range includes the quotes, which is so for a dynamic import. */
  readonly quoted: boolean;
}

/** A stage module bundled with all local modules that it reaches. Packages stay external. */
export interface Bundle {
  /** Digest of the code alone: independent of comments, formatting, types, unreachable code and paths on disk. */
  readonly digest: Digest;
  /** The code to run. Its package imports are keys of `externals`. */
  readonly text: string;
  /** The package imports in `text`. */
  readonly links: readonly Link[];
  readonly sourceMap: string;
  /** Package imports: the specifier in `text` → the absolute path of the file. */
  readonly externals: Readonly<Record<string, string>>;
  /** The local modules whose code is in the bundle, relative to the project root. */
  readonly modules: readonly string[];
  /** All local modules that were read, absolute. The bundle changes only if these or `resolutionFiles` do. */
  readonly sources: readonly string[];
  /** Other files whose content or absence determines how imports are resolved, absolute. */
  readonly resolutionFiles: readonly string[];
}

/**
 * Bundles the stage module at `module` (absolute) with its local imports. Fails with the problems of its code.
 *
 * @param packageAdvice what to do when a package is not installed, by its name.
 */
export async function bundleStage(
  module: string,
  root: string,
  packageAdvice: PackageAdvice = {},
): Promise<Result<Bundle>> {
  const esbuild = await import('esbuild');
  const externals: Record<string, string> = {};
  const candidates = new Set<string>();
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
      conditions: [],
      mainFields: ['main'],
      legalComments: 'none',
      sourcemap: 'external',
      logLevel: 'silent',
      plugins: [regularFilesOnly, packagesOutside(externals, candidates)],
    })
    .catch((error: Error & { errors?: Message[] }) => {
      if (error.errors !== undefined) return { errors: error.errors };
      if (isBundlingStopped()) return { errors: [] };
      if (error.message.startsWith('The service')) return { errors: [STOPPED] };
      throw error;
    });
  if (isBundlingStopped()) return problem('interrupted');
  if (!('metafile' in result))
    return failure(result.errors.map((message) => toProblem(message, module, root, packageAdvice)));
  const text = outputOf(result.outputFiles, '.mjs');
  const problems = await runtimeProblems(text, relative(root, module));
  if (problems.length > 0) return failure(problems);
  const code = await esbuild.transform(withoutFileName(text), {
    minifyWhitespace: true,
    minifySyntax: true,
    target: 'node20',
    format: 'esm',
  });
  const output = Object.values(result.metafile.outputs).find((candidate) => candidate.entryPoint !== undefined);
  const modules = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  const sources = Object.keys(result.metafile.inputs).map((path) => join(root, path));
  return success({
    digest: sha256(code.code),
    text,
    links: await linksIn(text),
    sourceMap: outputOf(result.outputFiles, '.map'),
    externals,
    modules: modules.sort(),
    sources,
    resolutionFiles: [...configurationFiles(new Set(sources.map(dirname))), ...candidates],
  });
}

/** Keeps packages in `node_modules` external. A package linked to source outside of `node_modules` counts as local. */
function packagesOutside(externals: Record<string, string>, candidates: Set<string>): Plugin {
  const inner = Symbol('resolving');
  return {
    name: 'packages-outside',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args): Promise<OnResolveResult | undefined> => {
        if (args.pluginData === inner || args.kind === 'entry-point' || isBuiltin(args.path)) return undefined;
        if (args.path === 'pipeline') return { path: args.path, external: true };
        const { path, errors, warnings } = await build.resolve(args.path, {
          kind: args.kind,
          importer: args.importer,
          resolveDir: args.resolveDir,
          pluginData: inner,
        });
        if (errors.length > 0) return { errors, warnings };
        if (isInArchive(path))
          return {
            errors: [{ text: `package "${args.path}" is in an archive of Yarn's Plug'n'Play`, notes: [PLUG_N_PLAY] }],
          };
        for (const file of packageCandidates(packageName(args.path), args.resolveDir, existsSync)) candidates.add(file);
        if (!path.split(/[\\/]/).includes('node_modules')) return { path };
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

/** Removes the file name from the code: esbuild names the default export of a stage after its file: `score_default`. */
function withoutFileName(text: string): string {
  const name = /^ {2}(\w+_default) as default$/m.exec(text)?.[1];
  const parts = name === undefined ? [] : text.split(new RegExp(`\\b${name}\\b`));
  return parts.length === 3 ? parts.join('stage_default') : text;
}

/** Returns the imports with a literal specifier in the text of a module. */
export async function linksIn(text: string): Promise<Link[]> {
  await init;
  return parse(text)[0].flatMap(({ specifier, start, end, type }) =>
    // The range of the lexer includes the quotes of import(…), but not those of static imports.
    typeof specifier === 'string' ? [{ specifier, start, end, quoted: type === 'dynamic' }] : [],
  );
}

/** Finds code whose dependencies are known only at run time, so that the bundle would be incomplete. */
async function runtimeProblems(text: string, file: string): Promise<Problem[]> {
  await init;
  return parse(text)[0].flatMap((found): Problem[] => {
    if (found.type === 'import-meta') {
      return [
        {
          message: 'a stage cannot use import.meta: its modules run as one bundle',
          at: { file },
          advice: 'Declare the file beside the code as an input, or import it (JSON can be imported).',
        },
      ];
    }
    if (found.type === 'dynamic' && found.specifier === undefined) {
      return [
        {
          message: 'a dynamic import has a computed name, so the dependencies of the stage cannot be determined',
          at: { file },
          advice: 'Write import("./name.ts") with a literal name, once for each possible module.',
        },
      ];
    }
    return [];
  });
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

function toProblem(
  message: Pick<Message, 'text' | 'location' | 'notes'>,
  module: string,
  root: string,
  packageAdvice: PackageAdvice,
): Problem {
  const { location } = message;
  if (location === null) {
    const missing = message.text.startsWith('Could not resolve');
    return missing
      ? {
          message: 'there is no such module',
          at: { file: relative(root, module) },
          advice: 'Create it, or correct the path.',
        }
      : { message: message.text, at: { file: relative(root, module) } };
  }
  const { file, line, column, length } = location;
  const advice = missingPackageAdvice(message, root, packageAdvice) ?? message.notes[0]?.text;
  return {
    message: message.text,
    at: { file, line, column: column + 1, length },
    ...(advice !== undefined && { advice }),
  };
}

/** What to do about a package that is not installed; esbuild would advise to leave it out of the bundle. */
function missingPackageAdvice(
  { text, notes }: Pick<Message, 'text' | 'notes'>,
  root: string,
  packageAdvice: PackageAdvice,
): string | undefined {
  const specifier = /^Could not resolve "([^"./#][^"]*)"$/.exec(text)?.[1];
  if (specifier === undefined || notes[0]?.text.startsWith('You can mark the path') !== true) return undefined;
  const name = packageName(specifier);
  return packageAdvice[name] ?? `If it is a package, install it: ${installCommand(root)} ${name}`;
}
