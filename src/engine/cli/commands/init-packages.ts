import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shellQuoted } from '../../../shared/text/shell-quoted.ts';

/** Which of the packages that a new project needs are already installed. */
export interface InstalledPackages {
  /** The path of the schema of `pipeline.yaml`, which exists once the package is installed. */
  readonly schema: string;
  /** The text of the `package.json` to write; undefined if there is one in this or a parent folder. */
  readonly manifest: string | undefined;
  /** The commands that install what is missing. */
  readonly install: readonly string[];
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const SCHEMA = 'node_modules/pipeline/dist/pipeline.schema.json';

/** An editor and `npx tsc` need these packages to type-check the stages. */
const FOR_TYPES = ['@types/node', 'typescript'];

/**
 * Finds the packages that are installed for the folder `target`. `own` is the folder of this package, and `packages` the
 * names of those of its dependencies that the new project imports itself.
 */
export function findPackages(target: string, own: string, packages: readonly string[]): InstalledPackages {
  const schema = findUpwards(target, SCHEMA);
  const nearest = findUpwards(target, 'package.json');
  // npm installs into the nearest folder with a package.json.
  const there = { schema: schema ?? join(nearest === undefined ? target : dirname(nearest), SCHEMA) };
  if (nearest === undefined) {
    const { dependencies = {}, devDependencies = {} } = readManifest(join(own, 'package.json'));
    const manifest = {
      private: true,
      type: 'module',
      ...(packages.length > 0 && { dependencies: versionsOf(packages, dependencies) }),
      devDependencies: versionsOf(FOR_TYPES, devDependencies),
    };
    return {
      ...there,
      manifest: `${JSON.stringify(manifest, null, 2)}\n`,
      install: [`npm install ${shellQuoted(own)}`],
    };
  }
  const { dependencies = {}, devDependencies = {} } = readManifest(nearest);
  const declared = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const isMissing = (name: string) => findUpwards(target, join('node_modules', name)) === undefined;
  const toInstall = (names: readonly string[]) => names.filter((name) => isMissing(name) && !declared.has(name));
  const [used, forTypes] = [toInstall(packages), toInstall(FOR_TYPES)];
  const install = [
    ...(schema === undefined && !declared.has('pipeline') ? [`npm install ${shellQuoted(own)}`] : []),
    ...(used.length > 0 ? [`npm install ${used.join(' ')}`] : []),
    ...(forTypes.length > 0 ? [`npm install --save-dev ${forTypes.join(' ')}`] : []),
  ];
  const incomplete = schema === undefined || [...packages, ...FOR_TYPES].some(isMissing);
  return { ...there, manifest: undefined, install: install.length === 0 && incomplete ? ['npm install'] : install };
}

function versionsOf(names: readonly string[], versions: Readonly<Record<string, string>>) {
  return Object.fromEntries(names.map((name) => [name, `^${versions[name] ?? '*'}`]));
}

function findUpwards(from: string, path: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, path);
    if (existsSync(found)) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    // `npm install` reports what is wrong with it.
    return {};
  }
}
