import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { LocalStore } from '../cache/local/local-store.ts';
import type { ActionRecord } from '../cache/records.ts';
import { parseAddress } from '../cache/remote/address.ts';
import { LazyRemote } from '../cache/remote/lazy-remote.ts';
import { GIVEN_UP } from '../cache/remote-guard.ts';
import { TieredStore } from '../cache/tiered-store.ts';
import { readDocument } from '../fingerprint/action-key.ts';
import { canonicalJson } from '../fingerprint/digest.ts';
import type { RuntimeRegistry } from '../fingerprint/runtime-registry.ts';
import { SCOPE_PATTERN } from '../plan/remote-schema.ts';
import { idleTime, type RemoteSettings } from '../plan/remote-settings.ts';
import { type Signer, signerFor } from '../trust/signatures.ts';
import { SignedRecords } from '../trust/signed-records.ts';
import type { AddressChoice } from './remote-address.ts';

/** The remote cache of a session, with the local one in front of it. */
export interface ConnectedRemote {
  readonly store: TieredStore;
  readonly signed: SignedRecords;
  /** Whether results are uploaded. If not, why, for those who ask for it. */
  readonly uploads: true | Problem;
  /** Whether anything was asked of it. */
  isUsed(): boolean;
  /** What went wrong, once each. */
  readonly problems: readonly Problem[];
  /** How long to wait for uploads at the end, in milliseconds. */
  readonly uploadTime: number;
  /** Ends all transfers. */
  close(): void;
}

export interface RemoteParts {
  readonly local: LocalStore;
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly runtime: Pick<RuntimeRegistry, 'machineClassOf'>;
  /** Returns whether the command asks for this very result, wherever it was computed. */
  readonly isLocked: (record: ActionRecord) => boolean;
  readonly signal: AbortSignal;
  readonly upload: boolean;
  readonly thrifty: boolean;
}

/** Prepares the remote cache. Nothing is sent, and its driver is not loaded, before something is missing locally. */
export function connectRemote(
  choice: AddressChoice,
  settings: RemoteSettings,
  parts: RemoteParts,
): Result<ConnectedRemote> {
  const { environment, local, project } = parts;
  const address = parseAddress(choice, environment);
  if (!address.ok) return address;
  const scope = environment['PIPELINE_REMOTE_SCOPE'] || settings.scope;
  const signer = signerIn(environment);
  const faults = [...scopeFaults(scope), ...(signer.ok ? [] : signer.failure)];
  if (faults.length > 0 || !signer.ok) return failure(faults);
  const uploads = mayUpload(settings, scope, signer.value, parts.upload);
  const problems = new Map<string, Problem>();
  // The last of several equal ones may add that the remote cache was given up.
  const onProblem = (problem: Problem) => problems.set(problem.message.replace(GIVEN_UP, ''), problem);
  const signed = new SignedRecords(settings.keys);
  const ended = new AbortController();
  const signal = AbortSignal.any([parts.signal, ended.signal]);
  const remote = new LazyRemote(address.value, {
    ...{ environment, project, signal, onProblem, signed, scope },
    reads: [...new Set([...settings.read, scope])],
    trusted: settings.keys,
    signer: signer.value,
    idle: idleTime(settings),
  });
  const timeouts = { answer: settings.timeout * 1000, patience: settings.patience * 1000 };
  const store = new TieredStore(local, remote, {
    ...{ onProblem, timeouts, signal, thrifty: parts.thrifty },
    upload: uploads === true,
    accepts:
      settings.machines === 'any' ? undefined : (record) => isOfThisClass(record, parts) || parts.isLocked(record),
  });
  return success({
    ...{ store, signed, uploads, uploadTime: settings.uploadTime * 1000 },
    isUsed: () => remote.isOpen,
    get problems() {
      return [...problems.values()];
    },
    close: () => {
      ended.abort(new Error('the command has ended'));
      remote.close();
    },
  });
}

/** Results whose last digits depend on the machine are only taken from a machine of the same class. */
function isOfThisClass({ document, provenance }: ActionRecord, { runtime, environment }: RemoteParts): boolean {
  const own = runtime.machineClassOf(readDocument(document).runtime, environment);
  return own === undefined || canonicalJson(own) === canonicalJson(provenance.machine ?? {});
}

function mayUpload(
  { upload, keys }: RemoteSettings,
  scope: string,
  signer: Signer | undefined,
  wanted: boolean,
): true | Problem {
  if (!wanted) return { message: 'uploads are switched off by --no-upload' };
  if (!upload) return { message: 'uploads are switched off by "upload: false" in the pipeline file' };
  if (keys.length === 0) return true;
  if (signer === undefined)
    return {
      message: 'results cannot be uploaded: there is no key to sign them, and the pipeline file asks for signatures',
      advice: 'Set PIPELINE_REMOTE_KEY to a private key of "pipeline cache keygen", as protected CI jobs do.',
    };
  const isListed = keys.some(({ key, scopes }) => key === signer.publicKey && (scopes?.includes(scope) ?? true));
  return (
    isListed || {
      message: `results cannot be uploaded: the key in PIPELINE_REMOTE_KEY may not sign for scope "${scope}"`,
      advice: `List its public key under "keys" of "remote" in the pipeline file: ${signer.publicKey}`,
    }
  );
}

function signerIn(environment: NodeJS.ProcessEnv): Result<Signer | undefined> {
  const text = environment['PIPELINE_REMOTE_KEY'];
  if (!text) return success(undefined);
  const signer = signerFor(text);
  if (signer !== undefined) return success(signer);
  const advice = 'Set it to the private key that "pipeline cache keygen" has written, in one line.';
  return failure([{ message: 'PIPELINE_REMOTE_KEY is not a private key', advice }]);
}

function scopeFaults(scope: string): readonly Problem[] {
  if (new RegExp(SCOPE_PATTERN).test(scope)) return [];
  const advice =
    'A scope consists of up to 100 letters, digits, ".", "_" and "-", and starts with a letter or a digit.';
  return [{ message: `the scope ${JSON.stringify(scope)} of the remote cache is not valid`, advice }];
}
