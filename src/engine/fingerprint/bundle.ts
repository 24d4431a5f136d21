import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';
import type { Message } from 'esbuild';
import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import { buildBundle, type Resolved } from './build-bundle.ts';
import { type Digest, sha256 } from './digest.ts';
import type { Link } from './links.ts';
import type { PackageAdvice } from './package-advice.ts';
import { installCommand } from './package-manager.ts';
import { configurationFiles, packageName } from './resolution-files.ts';
import { isBundlingStopped } from './stop-bundling.ts';

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
  const resolved: Resolved = { externals: {}, candidates: new Set(), missing: new Set() };
  const built = await buildBundle(module, root, resolved);
  if (isBundlingStopped()) return problem('interrupted');
  if ('errors' in built) return failure(built.errors.map((message) => toProblem(message, module, root, packageAdvice)));
  const { text, links, sourceMap, metafile } = built;
  const problems = await runtimeProblems(text, relative(root, module));
  if (problems.length > 0) return failure(problems);
  const esbuild = await import('esbuild');
  const code = await esbuild.transform(withoutFileName(text), {
    minifyWhitespace: true,
    minifySyntax: true,
    target: 'node20',
    format: 'esm',
  });
  const output = Object.values(metafile.outputs).find((candidate) => candidate.entryPoint !== undefined);
  const modules = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  const sources = Object.keys(metafile.inputs).map((path) => join(root, path));
  const reached = new Set(links.map(({ specifier }) => specifier));
  return success({
    digest: sha256(code.code),
    text,
    links,
    sourceMap,
    externals: Object.fromEntries(Object.entries(resolved.externals).filter(([specifier]) => reached.has(specifier))),
    modules: modules.sort(),
    sources,
    resolutionFiles: [...configurationFiles(new Set(sources.map(dirname))), ...resolved.candidates],
  });
}

/** Removes the file name from the code: esbuild names the default export of a stage after its file: `score_default`. */
function withoutFileName(text: string): string {
  const name = /^ {2}(\w+_default) as default$/m.exec(text)?.[1];
  const parts = name === undefined ? [] : text.split(new RegExp(`\\b${name}\\b`));
  return parts.length === 3 ? parts.join('stage_default') : text;
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
