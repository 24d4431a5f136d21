import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Project } from './project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What npm passes on from `npm test` is not what a user has. */
const WITHOUT_NPM = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(npm_|NODE_OPTIONS$|VITEST|CI$)/i.test(name))
    .map((name) => [name, undefined]),
);

export const MANAGERS = ['npm', 'pnpm', 'yarn'] as const;
export type Manager = (typeof MANAGERS)[number];

/** How the installed version of a package manager is called. npm comes with Node. */
const PROGRAMS: Readonly<Record<Manager, readonly [string, ...string[]]>> = {
  npm: ['npm'],
  pnpm: [process.execPath, join(REPOSITORY, 'node_modules/pnpm/bin/pnpm.cjs')],
  yarn: [process.execPath, join(REPOSITORY, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')],
};

/** Installs the packages of a project from a registry, with nothing shared with other projects on this machine. */
export async function install(project: Project, manager: Manager, registry: string): Promise<void> {
  const [program, ...first] = PROGRAMS[manager];
  const args = manager === 'npm' ? ['install', '--no-audit', '--no-fund'] : ['install'];
  const own = (name: string) => project.path(`.package-manager/${name}`);
  const result = await execa(program, [...first, ...args], {
    cwd: project.directory,
    reject: false,
    env: {
      ...WITHOUT_NPM,
      npm_config_registry: registry,
      npm_config_cache: own('npm'),
      npm_config_store_dir: own('pnpm'),
      npm_config_cache_dir: own('pnpm-cache'),
      npm_config_update_notifier: 'false',
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
      YARN_GLOBAL_FOLDER: own('yarn'),
      // By default Yarn waits some days before it installs what is new.
      YARN_NPM_MINIMAL_AGE_GATE: '0',
      YARN_ENABLE_TELEMETRY: '0',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    },
  });
  if (result.exitCode !== 0) throw new Error(`${manager} install failed:\n${result.stdout}\n${result.stderr}`);
  linkPipeline(project);
}

/** Installs the package `pipeline` again, which the package managers know nothing of. */
function linkPipeline(project: Project): void {
  const link = project.path('node_modules/pipeline');
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(REPOSITORY, link);
}
