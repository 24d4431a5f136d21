import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execaSync } from 'execa';
import { temporaryFolder, writeFiles } from './dataset.ts';

/** A version of a package: its package.json, and its other files by path. */
export interface Published {
  readonly manifest: { readonly name: string; readonly version: string } & Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
}

/** A registry of npm packages on this machine, so that package managers install without a network. */
export class PackageRegistry {
  readonly #atEnd: (cleanUp: () => void) => void;
  readonly #tarballs = new Map<string, Buffer>();
  readonly #packages = new Map<string, Map<string, object>>();
  readonly #server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname.slice(1));
    const body = this.#tarballs.get(path) ?? this.#packument(path);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });

  private constructor(atEnd: (cleanUp: () => void) => void) {
    this.#atEnd = atEnd;
    atEnd(() => {
      this.#server.close();
      this.#server.closeAllConnections();
    });
  }

  static async start(atEnd: (cleanUp: () => void) => void): Promise<PackageRegistry> {
    const registry = new PackageRegistry(atEnd);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  publish({ manifest, files }: Published): void {
    const folder = temporaryFolder(this.#atEnd);
    writeFiles(`${folder}/package`, { ...files, 'package.json': JSON.stringify(manifest) });
    const { stdout } = execaSync('tar', ['-czf', '-', '-C', folder, 'package'], { encoding: 'buffer' });
    const tarball = Buffer.from(stdout);
    const path = `${manifest.name}-${manifest.version}.tgz`;
    this.#tarballs.set(path, tarball);
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const versions = this.#packages.get(manifest.name) ?? new Map<string, object>();
    versions.set(manifest.version, { ...manifest, dist: { tarball: `${this.url}/${path}`, integrity } });
    this.#packages.set(manifest.name, versions);
  }

  /** Returns what a registry tells about a package. */
  #packument(name: string): string | undefined {
    const versions = this.#packages.get(name);
    if (versions === undefined) return undefined;
    const latest = [...versions.keys()].at(-1);
    return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) });
  }
}
