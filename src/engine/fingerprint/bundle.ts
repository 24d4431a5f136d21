import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';
import type { Message, OnResolveResult, Plugin } from 'esbuild';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { type Digest, sha256 } from './digest.ts';
import type { PackageAdvice } from './package-advice.ts';
import { configurationFiles, packageCandidates } from './resolution-files.ts';

/** An import of a package in a bundle's text: the characters that name it. */
export interface Link {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
  /** What stands around the specifier: the quotes of a dynamic import are part of the range. */
  readonly quoted: boolean;
}

/** A stage module with all local modules that it reaches, in one text. Packages stay outside. */
export interface Bundle {
  /** Digest of the code alone: comments, formatting, types, unreachable code and places on disk don't count. */
  readonly digest: Digest;
  /** The text that runs. Its package imports name keys of `externals`. */
  readonly text: string;
  /** Where in `text` they stand. */
  readonly links: readonly Link[];
  readonly sourceMap: string;
  /** What is imported from packages: the specifier in `text` → the absolute path of the file. */
  readonly externals: Readonly<Record<string, string>>;
  /** The local modules whose code is in the bundle, relative to the root. */
  readonly modules: readonly string[];
  /** All local modules that were read, absolute: while they stay the same, and so does `lookedAt`, so does the bundle. */
  readonly sources: readonly string[];
  /** Other files by whose content or absence an import means what it means, absolute. */
  readonly lookedAt: readonly string[];
}

/**
 * Bundles the stage module at `module` (absolute) as far as its imports are local. `packageAdvice`: what to do when a
 * package is not installed, by its name.
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
      // Node's own rules, without esbuild's «module» condition and field.
      conditions: [],
      mainFields: ['main'],
      legalComments: 'none',
      sourcemap: 'external',
      logLevel: 'silent',
      plugins: [packagesOutside(externals, candidates)],
    })
    .catch((error: { errors?: Message[] }) => {
      if (error.errors === undefined) throw error;
      return { errors: error.errors };
    });
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
    lookedAt: [...configurationFiles(new Set(sources.map(dirname))), ...candidates],
  });
}

/** Leaves what lies in `node_modules` outside of the bundle; linked packages with their source elsewhere are local. */
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
        for (const file of packageCandidates(packageName(args.path), args.resolveDir, existsSync)) candidates.add(file);
        if (!path.split(/[\\/]/).includes('node_modules')) return { path };
        return { path: nameFor(args.path, path, externals), external: true };
      });
    },
  };
}

/** `@scope/name` of `@scope/name/inner.js`. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The specifier itself, unless another module means another copy of the package by it. */
function nameFor(specifier: string, path: string, externals: Record<string, string>): string {
  let name = specifier;
  for (let copy = 2; externals[name] !== undefined && externals[name] !== path; copy++) name = `${specifier}#${copy}`;
  externals[name] = path;
  return name;
}

/** esbuild names a stage's definition after its file: `score_default`. */
function withoutFileName(text: string): string {
  const name = /^ {2}(\w+_default) as default$/m.exec(text)?.[1];
  const parts = name === undefined ? [] : text.split(new RegExp(`\\b${name}\\b`));
  return parts.length === 3 ? parts.join('stage_default') : text;
}

/** The imports in the text of a module that name what they import. */
export async function linksIn(text: string): Promise<Link[]> {
  await init;
  return parse(text)[0].flatMap(({ specifier, start, end, type }) =>
    // The lexer's range has the quotes for import(…), and not for static imports.
    typeof specifier === 'string' ? [{ specifier, start, end, quoted: type === 'dynamic' }] : [],
  );
}

/** What a bundle cannot keep its promise with: an import that only shows when it runs. */
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
          message: 'a module is imported by a computed name, so that what the stage depends on cannot be told',
          at: { file },
          advice: 'Write import("./name.ts") with the name in full, once for each module that can be meant.',
        },
      ];
    }
    return [];
  });
}

function outputOf(files: readonly { path: string; text: string }[], extension: string): string {
  return files.find((file) => file.path.endsWith(extension))?.text ?? '';
}

function toProblem(message: Message, module: string, root: string, packageAdvice: PackageAdvice): Problem {
  const { location } = message;
  if (location === null) {
    const missing = message.text.startsWith('Could not resolve');
    return missing
      ? {
          message: 'there is no such module',
          at: { file: relative(root, module) },
          advice: 'Write it, or correct the path.',
        }
      : { message: message.text, at: { file: relative(root, module) } };
  }
  const { file, line, column, length } = location;
  const advice = missingPackageAdvice(message, packageAdvice) ?? message.notes[0]?.text;
  return {
    message: message.text,
    at: { file, line, column: column + 1, length },
    ...(advice !== undefined && { advice }),
  };
}

/** What to do about a package that is not installed; esbuild would advise to leave it out of the bundle. */
function missingPackageAdvice({ text, notes }: Message, packageAdvice: PackageAdvice): string | undefined {
  const specifier = /^Could not resolve "([^"./#][^"]*)"$/.exec(text)?.[1];
  if (specifier === undefined || notes[0]?.text.startsWith('You can mark the path') !== true) return undefined;
  const name = packageName(specifier);
  return packageAdvice[name] ?? `If it is a package, install it: npm install ${name}`;
}
