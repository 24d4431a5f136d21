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

/** Finds the packages that are installed for the folder `target`. `own` is the folder of this package. */
export function findPackages(target: string, own: string): InstalledPackages {
  const schema = findUpwards(target, SCHEMA);
  const nearest = findUpwards(target, 'package.json');
  // npm installs into the nearest folder with a package.json.
  const there = { schema: schema ?? join(nearest === undefined ? target : dirname(nearest), SCHEMA) };
  if (nearest === undefined) {
    const { devDependencies = {} } = readManifest(join(own, 'package.json'));
    const wanted = Object.fromEntries(FOR_TYPES.map((name) => [name, `^${devDependencies[name] ?? '*'}`]));
    const manifest = { private: true, type: 'module', devDependencies: wanted };
    return {
      ...there,
      manifest: `${JSON.stringify(manifest, null, 2)}\n`,
      install: [`npm install ${shellQuoted(own)}`],
    };
  }
  const { dependencies = {}, devDependencies = {} } = readManifest(nearest);
  const declared = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const missing = FOR_TYPES.filter((name) => findUpwards(target, join('node_modules', name)) === undefined);
  const undeclared = missing.filter((name) => !declared.has(name));
  const install = [
    ...(schema === undefined && !declared.has('pipeline') ? [`npm install ${shellQuoted(own)}`] : []),
    ...(undeclared.length > 0 ? [`npm install --save-dev ${undeclared.join(' ')}`] : []),
  ];
  const incomplete = schema === undefined || missing.length > 0;
  return { ...there, manifest: undefined, install: install.length === 0 && incomplete ? ['npm install'] : install };
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
