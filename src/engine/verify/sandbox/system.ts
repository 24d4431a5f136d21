import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import { realPath } from '../../../shared/real-path.ts';
import type { Mount } from './mounts.ts';

/** What the operating system consists of. With the store of Nix or Guix, `/usr` has nearly nothing. */
const FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store', '/gnu/store', '/sys'];

/**
 * The settings in `/etc` by which programs of the system find their parts: of the linker, of certificates and fonts, and of
 * languages. Not those that describe this machine or its users, such as `hostname`, `hosts`, `passwd` and `localtime`.
 */
const SETTINGS =
  /^(ld\.so|alternatives$|nsswitch\.conf$|services$|protocols$|mime\.types$|magic|fonts$|ssl$|pki$|ca-certificates|crypto-policies$|python|perl$|R$|java|ImageMagick|OpenCL$)/;

/** The kinds of devices of GPUs. */
const GPU_DEVICES = /^(nvidia|dri$|kfd$|dxg$)/;

/** Returns the mounts that show the operating system: its programs and libraries, without anything of its users. */
export function systemMounts(): readonly Mount[] {
  return [
    ...FOLDERS.flatMap(asItIs),
    ...namesIn('/etc')
      .filter((name) => SETTINGS.test(name))
      .flatMap((name) => asItIs(join('/etc', name))),
    { kind: 'processes', at: '/proc' },
    { kind: 'devices', at: '/dev' },
    { kind: 'empty', at: '/tmp' },
    { kind: 'empty', at: '/var/tmp' },
  ];
}

/** Returns the mounts that show the GPUs of this machine. */
export function gpuMounts(): readonly Mount[] {
  return namesIn('/dev')
    .filter((name) => GPU_DEVICES.test(name))
    .map((name) => join('/dev', name))
    .map((path) => ({ kind: 'device', from: path, at: path }));
}

/** Returns the mounts that show Node: its program, and the libraries that it has loaded from outside of the system. */
export function nodeMounts(environment: Readonly<Record<string, string>>): readonly Mount[] {
  const loaded = (textOf('/proc/self/maps') ?? '')
    .split('\n')
    .map((line) => line.slice(line.indexOf('/')))
    .filter((path) => /\.so(\.[\d.]+)?$/.test(path));
  const folders = (environment['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter((path) => isAbsolute(path));
  return [process.execPath, ...new Set(loaded), ...folders].flatMap(asItIs);
}

/** Returns the mounts that hide the packages that npm has installed for all projects of this machine. */
export function globalPackages(): readonly Mount[] {
  const library = join(dirname(dirname(process.execPath)), 'lib');
  return [join(library, 'node_modules'), '/usr/local/lib/node_modules']
    .filter((path) => existsSync(path))
    .map((at) => ({ kind: 'empty', at }));
}

/** A user as a sandbox knows it. */
export interface SandboxUser {
  readonly name: string;
  readonly id: number;
  /** Absolute. */
  readonly home: string;
}

/** Returns the mounts by which programs find the user's name and home. Writes files to `folder`. */
export function userMounts({ name, id, home }: SandboxUser, folder: string): readonly Mount[] {
  const texts = { passwd: `${name}:x:${id}:${id}:${name}:${home}:/bin/sh\n`, group: `${name}:x:${id}:\n` };
  return Object.entries(texts).map(([file, text]) => {
    const from = join(folder, file);
    writeFileSync(from, text);
    return { kind: 'read', from, at: join('/etc', file) };
  });
}

/** Returns the mount that shows what is at `path` where it is; nothing if there is nothing. A link stays one. */
export function asItIs(path: string): readonly Mount[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isSymbolicLink()) return [{ kind: 'read', from: path, at: path }];
  const target = realPath(path);
  return [
    { kind: 'link', to: readlinkSync(path), at: path },
    ...(target === undefined ? [] : [{ kind: 'read', from: target, at: target } as const]),
  ];
}

/** Returns the text of a file; nothing if there is none, or it cannot be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
