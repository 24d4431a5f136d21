import { problem, type Result, success } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import type { Digest } from '../fingerprint/digest.ts';

/** An artifact and its name. */
export interface NamedArtifact {
  readonly name: string;
  readonly file: string;
  readonly digest: Digest;
  readonly path: string;
}

/** What a REF refers to: the result of a stage, one of its outputs, or content by its digest. */
export type Referred =
  | {
      readonly kind: 'stage';
      readonly stage: string;
      readonly record: ActionRecord;
      readonly artifacts: readonly NamedArtifact[];
    }
  | { readonly kind: 'output'; readonly stage: string; readonly record: ActionRecord; readonly artifact: NamedArtifact }
  | { readonly kind: 'content'; readonly artifact: NamedArtifact };

/** A stage, and one of its outputs unless all are meant. */
export interface Part {
  readonly stage: string;
  readonly output: string | undefined;
}

/** Refers to a record that is in the cache, as the result of a stage. */
export async function referToRecord(
  record: ActionRecord,
  { stage, output }: Part,
  contents: Stores['contents'],
): Promise<Result<Referred>> {
  const artifacts = await artifactsOf(record, contents);
  if (!artifacts.ok) return artifacts;
  const artifact = artifacts.value.find(({ name }) => name === output);
  if (artifact !== undefined) return success({ kind: 'output', stage, record, artifact });
  return success({ kind: 'stage', stage, record, artifacts: artifacts.value });
}

async function artifactsOf(record: ActionRecord, contents: Stores['contents']): Promise<Result<NamedArtifact[]>> {
  const artifacts: NamedArtifact[] = [];
  for (const [name, { digest, file }] of Object.entries(record.outputs)) {
    const path = await contents.materialize(digest);
    if (path === undefined)
      return problem(`output "${name}" was deleted from the cache in the meantime`, { advice: 'Try again.' });
    artifacts.push({ name, file, digest, path });
  }
  return success(artifacts);
}
