import type { WrittenAddress } from '../cache/remote/address.ts';
import type { RemoteSettings } from '../plan/remote-settings.ts';
import type { CommonOptions } from './options.ts';
import type { Project } from './project.ts';

export type AddressChoice = WrittenAddress;

/** Returns the address of the remote cache, and who has given it; nothing if the command does without one. */
export function remoteAddress(
  { remote, offline }: Pick<CommonOptions, 'remote' | 'offline'>,
  { url }: RemoteSettings,
  { root, shown }: Pick<Project, 'root' | 'shown'>,
  environment: NodeJS.ProcessEnv,
): AddressChoice | undefined {
  if (offline) return undefined;
  if (remote !== undefined) return { text: remote, from: '--remote', isSecret: true, folder: process.cwd() };
  const variable = environment['PIPELINE_REMOTE'];
  if (variable) return { text: variable, from: 'PIPELINE_REMOTE', isSecret: true, folder: process.cwd() };
  return url === undefined ? undefined : { text: url, from: `remote in ${shown}`, isSecret: false, folder: root };
}
