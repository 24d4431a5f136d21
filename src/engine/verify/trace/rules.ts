import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import type { Access } from './accesses.ts';
import type { Surroundings } from './surroundings.ts';

/** An access with what is needed to judge it. */
export interface Judged extends Access {
  readonly surroundings: Surroundings;
  /** The code of the stage itself has named this path to Node; otherwise it was Node, a package or native code. */
  readonly isByStage: boolean;
  /** Whether the path, or a folder above it, was made by the stage. */
  readonly isMade: boolean;
  /** Whether it is a folder in which a shared library was searched and not found. */
  readonly isSearched: boolean;
}

/** A reason why an access needs no declaration. */
interface Rule {
  readonly because: string;
  readonly allows: (access: Judged) => boolean;
}

/** What a stage has been given, whoever asks for it: its own code, a package or another program. */
const GIVEN: readonly Rule[] = [
  {
    because: 'the folders of its outputs, work, downloads and of its bundle are its own',
    allows: ({ surroundings: { own }, ...access }) => leadsInto(access, own),
  },
  {
    because: 'the content of its inputs is in the action key',
    allows: ({ surroundings: { inputs }, ...access }) => isRead(access) && leadsInto(access, inputs),
  },
  {
    because: 'it has to pass the folders above what it was given, and learns only that they exist',
    allows: ({ surroundings, use, found, path }) =>
      use === 'look' && found && everything(surroundings).some((given) => isInside(path, given)),
  },
  {
    because: 'what it has made itself in a folder for temporary files comes from nowhere else',
    allows: ({ surroundings: { temporary, project, caches }, isMade, ...access }) =>
      isMade && leadsInto(access, temporary) && !leadsInto(access, [project, ...caches]),
  },
  {
    because: 'the folder for temporary files is there on every machine, and looking at it shows nothing of its content',
    allows: ({ surroundings: { temporary }, use, path }) => use === 'look' && temporary.includes(path),
  },
  {
    because: 'these devices have no content, or take what is written to them',
    allows: ({ path }) => /^\/dev\/(null|zero|full|tty|stdin|stdout|stderr|fd(\/\d+)?)$/.test(path),
  },
];

/** What Node, packages and native code do to be able to run. A stage that asks for the same itself has to declare it. */
const TO_RUN: readonly Rule[] = [
  {
    because: 'the code of the runner and of packages, with their native parts, is in the action key',
    allows: ({ surroundings: { code }, ...access }) => isRead(access) && leadsInto(access, code),
  },
  {
    because: 'Node is a condition of the run, which the results record',
    allows: ({ surroundings: { node }, path, real }) => node !== undefined && [path, real].includes(node),
  },
  {
    because:
      'Node looks in many places for a module and for the kind of its package; what it finds is read, and judged',
    allows: ({ use, path }) =>
      (use === 'look' && /\/(node_modules|\.node_modules|\.node_libraries|lib\/node)(\/|$)/.test(path)) ||
      (use !== 'write' && basename(path) === 'package.json'),
  },
  {
    because: 'the dynamic loader and the C library are the system, as are the libraries and settings that they load',
    allows: ({ use, path, real = path }) => use !== 'write' && (LOADED.test(path) || LOADED.test(real)),
  },
  {
    because: 'a library says in which folders the dynamic loader looks for those that it needs; what it finds is read',
    allows: ({ use, found, path, isSearched }) => use === 'look' && (isSearched || (!found && isLibrary(path))),
  },
  {
    because: 'where nothing is in a folder of the system or of Node, something appears only when the system changes',
    allows: ({ surroundings: { system }, use, found, path }) =>
      use === 'look' && !found && (isInAnyOf(system, path) || !existsSync(topFolder(path))),
  },
  {
    because:
      'the kernel says here what the machine and the process are: conditions of the run, which the results record',
    allows: ({ use, path }) => use !== 'write' && CONDITIONS.test(path),
  },
  {
    because: 'native code asks the kernel for the hardware, a condition of the run, to choose how it computes',
    allows: ({ surroundings: { node }, use, path }) =>
      node !== undefined && use !== 'write' && path.startsWith('/sys/'),
  },
  {
    because: 'to measure itself or to talk to a GPU, a process writes to these files of the kernel',
    allows: ({ path }) => /^\/(proc\/(self|thread-self|\d+)\/|dev\/(nvidia|dri\/|kfd|random$|urandom$))/.test(path),
  },
  {
    because: 'a program is searched in the folders of PATH; the one that is found is run, and judged',
    allows: ({ surroundings: { programs }, use, path }) => use === 'look' && programs.includes(dirname(path)),
  },
];

const LOADED = new RegExp(
  [
    '^/etc/(ld\\.so\\..*|ld-musl.*|localtime|services|hosts|(nsswitch|host|gai|resolv|netsvc|svc)\\.conf)$',
    '^/etc/(passwd|group|ssl(/.*)?|pki(/.*)?|crypto-policies(/.*)?|gnutls(/.*)?|fonts(/.*)?)$',
    '^/(usr/)?(local/)?lib(32|64|x32)?/([^/]+/)*([^/]+\\.so(\\.[^/]*)?|glibc-hwcaps(/.*)?|gconv(/.*)?)$',
    '^/(usr/)?(local/)?lib(32|64|x32)?(/[^/]*-linux-[^/]*)?(/(tls|haswell|x86_64|avx512_1|x86-64-v[234]))*$',
    '^/usr/(share|lib)/(locale|zoneinfo|ssl|i18n)(/.*)?$',
    '^/(var/)?run/nscd(/.*)?$',
    '^(/etc|/sys/fs)?/selinux(/.*)?$',
  ].join('|'),
);

const CONDITIONS = new RegExp(
  [
    '^/proc/(self|thread-self|\\d+)(/.*)?$',
    '^/proc/(cpuinfo|meminfo|stat|filesystems|mounts|version|version_signature|loadavg)$',
    '^/proc/sys/(vm/.*|fs/.*|kernel/(osrelease|version|pid_max|cap_last_cap|ngroups_max|threads-max|random/.*))$',
    '^/proc/driver/nvidia.*$',
    '^/sys/(devices/system|fs/cgroup|kernel/mm)(/.*)?$',
    '^/dev/(random|urandom)$',
  ].join('|'),
);

/** What programs other than Node may read: the system that they are installed in, which nobody declares file by file. */
const OF_PROGRAMS: readonly Rule[] = [
  {
    because: 'the program and the system in which it is installed are what the `version` of a command is about',
    allows: ({ use, path }) =>
      use !== 'write' && /^\/(usr|bin|sbin|lib|lib32|lib64|libx32|opt|nix\/store|gnu\/store)(\/|$)/.test(path),
  },
  {
    because: 'the C library reads the settings of the system',
    allows: ({ use, path }) =>
      use !== 'write' && /^\/etc\/(inputrc|terminfo|python3[^/]*|perl|alternatives|ld\.so[^/]*)(\/|$)/.test(path),
  },
];

/** Returns why an access needs no declaration; nothing if it does need one. */
export function reasonToAllow(access: Judged): string | undefined {
  const isNode = access.surroundings.node !== undefined && access.program === access.surroundings.node;
  const rules = [...GIVEN, ...(access.isByStage ? [] : TO_RUN), ...(isNode ? [] : OF_PROGRAMS)];
  return rules.find(({ allows }) => allows(access))?.because;
}

function everything({ own, inputs, code, temporary, project, node }: Surroundings): readonly string[] {
  return [...own, ...inputs, ...code, ...temporary, project, ...(node === undefined ? [] : [node])];
}

function isRead({ use }: Pick<Access, 'use'>): boolean {
  return use !== 'write';
}

/** Whether the path as it was given, or what it has led to, is one of these or inside of one. */
function leadsInto({ path, real = path }: Pick<Access, 'path' | 'real'>, folders: readonly string[]): boolean {
  return isInAnyOf(folders, path) || isInAnyOf(folders, real);
}

function isInAnyOf(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => isInside(folder, path));
}

/** Whether a path is that of a shared library, or of what the dynamic loader looks at to choose one. */
export function isLibrary(path: string): boolean {
  return /\/[^/]+\.so(\.[^/]*)?$|\/glibc-hwcaps(\/|$)/.test(path);
}

/** Returns `/usr` for `/usr/bin/node`. */
function topFolder(path: string): string {
  return path.split('/', 2).join('/');
}
