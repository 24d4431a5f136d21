import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isInside } from '../../../shared/paths-below.ts';
import type { Place } from '../../../shared/problem.ts';
import { sourceStack } from '../../execute/source-stack.ts';
import { placeInStack } from '../../execute/stack.ts';
import type { Note } from '../hook/note.ts';
import type { Surroundings } from './surroundings.ts';

/** A note of the hook, with whose code it was. */
export interface Asked extends Pick<Note, 'kind' | 'subject'> {
  /** `package`: code of a package that works for the stage. `other`: a package or the runner, on its own account. */
  readonly by: 'stage' | 'package' | 'other';
  /** The line of the stage that asks, or that calls what asks; absent if it is not known. */
  readonly at?: Place;
}

/** The folders by which the code in a stack is told apart. All are absolute. */
export interface CodeFolders extends Pick<Surroundings, 'project' | 'code'> {
  /** The folder in which the bundle was, and the one with the copy of its source map. */
  readonly bundle: string;
  readonly maps: string;
}

/** Reads what the hook has noted in the file `path`; nothing if the process has not come so far. */
export function readNotes(path: string, folders: CodeFolders): readonly Asked[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  // The last line may be incomplete, if the process was killed.
  const notes = lines.slice(0, -1).map((line) => JSON.parse(line) as Note);
  return notes.map((note) => toAsked(note, folders));
}

function toAsked({ kind, subject, stack }: Note, { project, code, bundle, maps }: CodeFolders): Asked {
  const lines = stack.split('\n');
  const ofStage = lines.findIndex((line) => isInside(bundle, fileIn(line) ?? '/'));
  const [first] = lines.flatMap((line) => fileIn(line) ?? []);
  const isForeign = ofStage !== 0 && first !== undefined && code.some((folder) => isInside(folder, first));
  const isForStage = ofStage !== -1 && !lines.slice(0, ofStage).some((line) => OWN_ACCOUNT.test(line));
  const here = stack.replaceAll(pathToFileURL(bundle).href, pathToFileURL(maps).href);
  const at = placeInStack(sourceStack(here), project);
  return { kind, subject, by: isForeign ? (isForStage ? 'package' : 'other') : 'stage', ...(at && { at }) };
}

/**
 * A frame above which a package works on its own account: Node loads it, or its WebAssembly calls back, which is native
 * code like that of addons, of which such calls are not seen at all.
 */
const OWN_ACCOUNT = /\(?(node:internal\/modules\/|wasm:\/\/)/;

/** Returns the file of a line of a stack; nothing for a line of Node itself. */
function fileIn(line: string): string | undefined {
  const [, location = ''] = /^\s+at (?:.*\()?(.+?):\d+:\d+\)?$/.exec(line) ?? [];
  if (location.startsWith('file:')) return fileURLToPath(location);
  return location.startsWith('/') ? location : undefined;
}
