import { chmodSync, constants, cpSync, lstatSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { replaceAtomically } from '../../../shared/atomic-write.ts';
import { makeDirectory } from '../../../shared/files.ts';
import { isFileName } from '../../../shared/paths-below.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { foreignIn, warnOfForeign } from '../foreign-results.ts';
import { warnOfNewerRun } from '../newest-run.ts';
import type { CommonOptions } from '../options.ts';
import { refer } from '../reference.ts';
import { artifactsOf, bringHere, type PresentArtifact } from '../referred.ts';
import { withSession } from '../with-session.ts';

/** `pipeline export`: copies the outputs that REF refers to into a directory, each under its own name. */
export async function exportArtifacts(
  reference: string,
  directory: string,
  options: CommonOptions & { readonly force: boolean },
): Promise<number> {
  return withSession(options, async ({ services }) => {
    const referred = await refer(reference, services, options);
    if (!referred.ok) return reportProblems(referred.failure, options);
    warnOfForeign(foreignIn(referred.value, services), options);
    warnOfNewerRun(reference, referred.value, services, options);
    const artifacts: PresentArtifact[] = [];
    for (const artifact of artifactsOf(referred.value)) {
      const here = await bringHere(artifact, referred.value, services.stores);
      if (!here.ok) return reportProblems(here.failure, options);
      artifacts.push(here.value);
    }
    const copied = copyAll(artifacts, directory, options.force);
    if (!copied.ok) return reportProblems(copied.failure, options);
    const { print, printJson } = openConsole(options);
    for (const { artifact, target } of copied.value) {
      print(target);
      printJson({ type: 'exported', output: artifact.name, digest: artifact.digest, path: target });
    }
    return EXIT.ok;
  });
}

interface Copied {
  readonly artifact: PresentArtifact;
  readonly target: string;
}

function copyAll(artifacts: readonly PresentArtifact[], directory: string, force: boolean): Result<readonly Copied[]> {
  const copies = artifacts.map((artifact) => ({ artifact, target: join(directory, artifact.file) }));
  const unsafe = copies.find(({ artifact }) => !isFileName(artifact.file));
  if (unsafe !== undefined) throw new Error(`an output has the file name ${JSON.stringify(unsafe.artifact.file)}`);
  const taken = force ? undefined : copies.find(({ target }) => lstatSync(target, { throwIfNoEntry: false }));
  if (taken !== undefined) {
    return problem('the target already exists', {
      at: { file: taken.target },
      advice: 'Choose another folder, or overwrite it with --force.',
    });
  }
  try {
    makeDirectory(resolve(directory));
    for (const { artifact, target } of copies) copy(artifact.path, target);
    return success(copies);
  } catch (error) {
    const { code, path = directory } = error as NodeJS.ErrnoException;
    if (error instanceof NotPlain) {
      return problem('the result changed while it was being exported: it contains something other than files', {
        at: { file: error.message },
        advice: 'Check who else can write to the cache: pipeline cache verify',
      });
    }
    if (code === undefined) throw error;
    return problem(`cannot write: ${code}`, {
      at: { file: path },
      advice: 'Choose a writable folder with enough disk space.',
    });
  }
}

/** Copies atomically. Unlike the cached original, the copy is writable. */
function copy(from: string, target: string): void {
  replaceAtomically(target, (temporary) => {
    cpSync(from, temporary, { recursive: true, mode: constants.COPYFILE_FICLONE, filter: isPlainEntry });
    makeWritable(temporary);
  });
}

/** Content that is neither a file nor a directory. The message is its path. */
class NotPlain extends Error {}

/** Content that was found to be plain may have been replaced in the meantime: what a link leads to is not exported. */
function isPlainEntry(path: string): boolean {
  const stats = lstatSync(path);
  if (stats.isFile() || stats.isDirectory()) return true;
  throw new NotPlain(path);
}

function makeWritable(path: string): void {
  if (!lstatSync(path).isDirectory()) {
    chmodSync(path, 0o644);
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o644);
  }
}
