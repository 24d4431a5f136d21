import { problem, type Result, success } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';
import { type Address, parseAddress } from '../cache/remote/address.ts';
import { collect, type RemoteDriver } from '../cache/remote/driver.ts';
import { openDriver } from '../cache/remote/open-remote.ts';
import { retrying } from '../cache/remote/retrying.ts';
import { textBlob } from '../cache/remote/send-content.ts';
import type { FrozenText } from '../execute/cluster/frozen-plan.ts';
import { JobFolder, readFrozenPlan } from '../execute/cluster/job-folder.ts';
import { isDigest, sha256 } from '../fingerprint/digest.ts';
import { idleTime, type RemoteSettings, remoteSettings } from '../plan/remote-settings.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';
import { type AddressChoice, remoteAddress } from './remote-address.ts';

/** A server that other machines reach, with its address as it is written. */
export interface Meeting {
  readonly choice: AddressChoice;
  readonly address: Address;
  readonly settings: RemoteSettings;
}

const ADVICE = 'Give its address: "remote: s3://bucket/prefix" in the pipeline file, PIPELINE_REMOTE, or --remote.';

/** Returns the remote cache through which plans and results get from one machine to another. */
export function meetingPoint(options: CommonOptions, settings: RemoteSettings): Result<Meeting> {
  const choice = remoteAddress(options, settings, findProject(options), process.env);
  if (choice === undefined) return problem('there is no remote cache, and other machines need one', { advice: ADVICE });
  const address = parseAddress(choice, process.env);
  if (!address.ok) return address;
  if (address.value.kind !== 'folder') return success({ choice, address: address.value, settings });
  return problem(`the remote cache (${choice.from}) is a folder, which other machines do not see`, { advice: ADVICE });
}

/** Uploads a frozen plan, for machines that do not see this cache. */
export async function uploadPlan(
  { text }: FrozenText,
  meeting: Meeting,
  options: CommonOptions,
  signal: AbortSignal,
): Promise<Result<void>> {
  return withDriver(meeting, options, signal, 'upload the plan to', async (driver) => {
    await retrying(() => driver.put(textBlob(text)), signal);
    return success(undefined);
  });
}

/** Downloads a frozen plan of `bytes` bytes into the cache, unless it is there. */
export async function downloadPlan(
  digest: string,
  bytes: number,
  options: CommonOptions,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { root: project, cache } = findProject(options);
  // Whatever else is wrong with the digest is said by whoever reads the plan.
  if (!isDigest(digest) || readFrozenPlan({ project, cache }, digest).ok) return success(undefined);
  // The settings are in the plan: until it is there, the default ones are used.
  const meeting = meetingPoint(options, remoteSettings());
  if (!meeting.ok) return meeting;
  return withDriver(meeting.value, options, signal, 'download the plan from', async (driver) => {
    const read = () => collect((sink) => driver.get(digest, bytes, sink), bytes);
    const content = await retrying(read, signal);
    if (content !== undefined && sha256(content) === digest)
      return new JobFolder(cache, digest).write({ digest, text: Buffer.from(content).toString() });
    return problem(`the plan ${digest} is not in the remote cache ${driver.shown}`, {
      advice: 'Export the workflow again, with access to the remote cache that the pods use.',
    });
  });
}

async function withDriver(
  { address, settings }: Meeting,
  options: CommonOptions,
  signal: AbortSignal,
  action: string,
  use: (driver: RemoteDriver) => Promise<Result<void>>,
): Promise<Result<void>> {
  const { root: project } = findProject(options);
  const idle = idleTime(settings);
  const driver = await openDriver(address, { environment: process.env, project, idle, signal });
  try {
    return await use(driver);
  } catch (error) {
    signal.throwIfAborted();
    return problem(`cannot ${action} the remote cache ${driver.shown}: ${reasonOf(error)}`, {
      advice: 'Check its address, the network, and the credentials of this machine.',
    });
  } finally {
    driver.close();
  }
}
