import type { Address } from './address.ts';
import type { RemoteDriver } from './driver.ts';
import { FolderDriver } from './folder-driver.ts';
import type { HttpOptions } from './http-client.ts';
import { httpDriver } from './http-driver.ts';
import { RemoteCache, type RemoteCacheOptions } from './remote-cache.ts';

export interface DriverOptions extends HttpOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** The folder of the pipeline file, absolute. */
  readonly project: string;
}

export interface OpenOptions extends RemoteCacheOptions, DriverOptions {}

export type OpenedRemote = RemoteCache;

/** Opens the remote cache at an address. */
export async function openRemote(address: Address, options: OpenOptions): Promise<OpenedRemote> {
  return new RemoteCache(await openDriver(address, options), options);
}

/** Returns the driver for the server at an address. Nothing is sent yet. */
export async function openDriver(address: Address, options: DriverOptions): Promise<RemoteDriver> {
  switch (address.kind) {
    case 'folder':
      return new FolderDriver(address.path);
    case 'http':
      return httpDriver(address.url, address.credentials, options);
    case 's3':
      return (await import('./s3-driver.ts')).s3Driver(address.bucket, options.environment, options.project, options);
    default:
      return address satisfies never;
  }
}
