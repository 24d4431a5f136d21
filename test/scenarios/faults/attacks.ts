import { hash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromChecksummed, toChecksummed } from '../../../src/engine/cache/local/checksummed.ts';
import type { ActionRecord } from '../../../src/engine/cache/records.ts';
import type { Project } from '../../support/project.ts';

/** What somebody can do who can write to a cache, but is not its user. Checksums can be computed again by anybody. */

/** Returns the path of the record of a stage's only result. */
export function recordPath(project: Project, stage: string, cache = project.path('cache')): string {
  const paths = filesBelow(join(cache, 'actions')).filter((path) => readRecord(path)?.provenance.stage === stage);
  if (paths.length !== 1) throw new Error(`${stage} has ${paths.length} results`);
  return paths[0] ?? '';
}

export function readRecord(path: string): ActionRecord | undefined {
  return fromChecksummed<ActionRecord>(readFileSync(path, 'utf8')) as ActionRecord | undefined;
}

/** Edits the record of a stage and seals it again. */
export function editRecord(
  project: Project,
  stage: string,
  edit: (record: ActionRecord) => ActionRecord,
  cache = project.path('cache'),
): void {
  const path = recordPath(project, stage, cache);
  const record = readRecord(path);
  if (record === undefined) throw new Error(`${path} is corrupted`);
  writeFileSync(path, toChecksummed(edit(record)));
}

/** Points the record of a stage to the content of another stage, which is complete and has a valid digest. */
export function repoint(project: Project, stage: string, to: string, cache = project.path('cache')): void {
  const [other] = Object.values(readRecord(recordPath(project, to, cache))?.outputs ?? {});
  if (other === undefined) throw new Error(`${to} has no output`);
  editRecord(
    project,
    stage,
    (record) => ({
      ...record,
      outputs: Object.fromEntries(
        Object.entries(record.outputs).map(([name, output]) => [name, { ...output, digest: other.digest }]),
      ),
    }),
    cache,
  );
}

/** Changes a byte of every file below a folder, and restores sizes and modification times. */
export function forgeFiles(folder: string): void {
  for (const path of filesBelow(folder)) {
    const { atime, mtime } = statSync(path);
    chmodSync(path, 0o644);
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    chmodSync(path, 0o444);
    utimesSync(path, atime, mtime);
  }
}

/** Edits the body of an index file, and seals it as earlier versions did: with a checksum that has no key. */
export function editIndexFile(path: string, edit: (body: string) => string): void {
  const text = readFileSync(path, 'utf8');
  const end = text.indexOf('\n');
  const [kind = ''] = text.slice(0, end).split(' ');
  const body = edit(text.slice(end + 1));
  writeFileSync(path, `${kind} ${hash('sha256', body)}\n${body}`);
}

/** Returns the absolute paths of all files below a folder; none if it does not exist. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
