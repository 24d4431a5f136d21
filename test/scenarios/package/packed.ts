import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { execa, execaNode } from 'execa';
import { expect } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** What npm passes on from `npm test` is not what a user has: only its defaults, and those of the machine, count. */
const WITHOUT_NPM = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(npm_|NODE_OPTIONS$|VITEST)/i.test(name))
    .map((name) => [name, undefined]),
);

/** A temporary folder with projects, each empty at first, and the tarball that they install. */
export class Packed {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-package-')));
  tarball = '';

  /** Packs dist/ as it is: building it again would take it away from other tests. */
  async pack(): Promise<void> {
    this.tarball = await this.#pack(REPOSITORY);
  }

  /** Packs the same under another name, as it would be published under a scope. Returns the path of the tarball. */
  async packAs(name: string): Promise<string> {
    const folder = join(this.directory, 'renamed');
    mkdirSync(folder);
    await execa('tar', ['xzf', this.tarball, '-C', folder]);
    const manifest = join(folder, 'package', 'package.json');
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), name }));
    return this.#pack(join(folder, 'package'));
  }

  async #pack(folder: string): Promise<string> {
    const args = ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', this.directory];
    const { stdout } = await execa('npm', args, { env: WITHOUT_NPM });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    return join(this.directory, packed.filename.replace('@', '').replace('/', '-'));
  }

  /** The paths in the tarball, without npm's `package/`. */
  async contents(): Promise<readonly string[]> {
    const { stdout } = await execa('tar', ['tzf', this.tarball]);
    return stdout.split('\n').map((path) => path.replace(/^package\//, ''));
  }

  project(name: string): InstalledProject {
    return new InstalledProject(join(this.directory, name));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The folder of somebody who installs the package. */
export class InstalledProject {
  readonly directory: string;
  /** What comes first on PATH. */
  #programs: string | undefined;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory);
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  /** Uses another Node from now on, whose program comes as an npm package. */
  async useNode(version: string): Promise<void> {
    const name = `node-${process.platform}-${process.arch}`;
    await this.npm('install', '--prefix', this.path('other-node'), '--ignore-scripts', `${name}@${version}`);
    this.#programs = this.path(`other-node/node_modules/${name}/bin`);
    chmodSync(join(this.#programs, 'node'), 0o755);
  }

  /** Calls npm with its default settings. */
  npm(...args: readonly string[]) {
    return this.#start('npm', args);
  }

  /** Calls the installed command. */
  pipeline(...args: readonly string[]) {
    return this.#start(this.path('node_modules/.bin/pipeline'), args);
  }

  /** Makes the starter pipeline, runs it and checks the types of its stages strictly: what must work everywhere. */
  async expectToWork(): Promise<void> {
    expect(await this.pipeline('init')).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stdout } = await this.pipeline('run', '--json');
    expect(exitCode, stdout).toBe(0);
    const finished = JSON.parse(stdout.split('\n').at(-1) ?? '') as { stages: { name: string; outcome: string }[] };
    expect(finished.stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'split ran',
      'train ran',
      'evaluate ran',
    ]);
    const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    expect(JSON.parse(readFileSync(this.path('tsconfig.json'), 'utf8')).compilerOptions.strict).toBe(true);
    // Declarations of the package itself included, which skipLibCheck would leave out.
    const options = { cwd: this.directory, reject: false } as const;
    expect((await execaNode(compiler, ['--skipLibCheck', 'false'], options)).stdout).toBe('');
  }

  #start(file: string, args: readonly string[]) {
    const path = [this.#programs, process.env['PATH']].filter(Boolean).join(delimiter);
    const env = { ...WITHOUT_NPM, PATH: path, NO_COLOR: '1' };
    return execa(file, args, { cwd: this.directory, reject: false, env });
  }
}
