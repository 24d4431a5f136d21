import { problem, type Result, success } from '../../shared/problem.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import type { Digest } from '../fingerprint/digest.ts';

/** An artifact and its name. Its content may be in the remote cache alone. */
export interface NamedArtifact {
  readonly name: string;
  readonly file: string;
  readonly digest: Digest;
}

/** An artifact whose content is on this machine, at an absolute path. */
export interface PresentArtifact extends NamedArtifact {
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
export function referToRecord(record: ActionRecord, { stage, output }: Part): Referred {
  const artifacts = Object.entries(record.outputs).map(([name, { digest, file }]) => ({ name, file, digest }));
  const artifact = artifacts.find(({ name }) => name === output);
  return artifact === undefined
    ? { kind: 'stage', stage, record, artifacts }
    : { kind: 'output', stage, record, artifact };
}

export function artifactsOf(referred: Referred): readonly NamedArtifact[] {
  return referred.kind === 'stage' ? referred.artifacts : [referred.artifact];
}

/** Brings the content of an artifact to this machine, if it is not there yet. */
export async function bringHere(
  artifact: NamedArtifact,
  referred: Referred,
  { contents }: Pick<Stores, 'contents'>,
): Promise<Result<PresentArtifact>> {
  const path = await contents.materialize(artifact.digest);
  if (path !== undefined) return success({ ...artifact, path });
  return referred.kind === 'content'
    ? problem('this content is corrupted in the cache', {
        at: { file: artifact.digest },
        advice: 'Rerun the stage that creates it; the content is then recomputed.',
      })
    : problem(`output "${artifact.name}" was deleted from the cache in the meantime`, { advice: 'Try again.' });
}
