import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import { realPath } from '../../../shared/real-path.ts';
import { findProgram } from '../../execute/find-program.ts';
import type { Launch, LaunchedStage } from '../../execute/launch.ts';
import { fromRooted } from '../../execute/roots.ts';
import type { Services } from '../../execute/services.ts';
import { codeOf } from '../../execute/stage-key.ts';
import type { Plan } from '../../plan/plan.ts';

/** What a stage has been given, as paths. All are absolute, each as it is known and with links followed. */
export interface Surroundings {
  /** The folder of the pipeline file. */
  readonly project: string;
  /** That of the project, and the empty one of the pass. */
  readonly caches: readonly string[];
  /** Its own folders, in which it may do what it likes. */
  readonly own: readonly string[];
  /** Its inputs: files and folders that it may read. */
  readonly inputs: readonly string[];
  /** The code that runs it: that of the runner and of the packages that its action key covers. */
  readonly code: readonly string[];
  /** Folders for temporary files. */
  readonly temporary: readonly string[];
  /** The folders in which programs are searched. */
  readonly programs: readonly string[];
  /** The folders in which the system, and Node itself, are installed. */
  readonly system: readonly string[];
  /** The program of Node; nothing for a command. */
  readonly node: string | undefined;
}

export type StageServices = Pick<Services, 'codes' | 'runtime' | 'roots' | 'environment'>;

/** Where a package manager of the system, and nobody else, puts files. */
const SYSTEM = ['/bin', '/etc', '/gnu', '/lib', '/lib32', '/lib64', '/libx32', '/nix', '/opt', '/sbin', '/usr'];

/** Variables with the paths of certificates, which decide whom a process believes, and not what it computes. */
const CERTIFICATES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** Returns what a stage has been given. `folder`: that of the files of the trace. */
export function surroundingsOf(
  stage: LaunchedStage,
  { command, environment, cwd }: Launch,
  folder: string,
  plan: Plan,
  services: StageServices,
): Surroundings {
  const { request, inputs, made, roots, host, stageApi } = stage;
  const isModule = request.program.kind === 'module';
  const engine = [host, stageApi].flatMap((file) => [dirname(file), join(dirname(file), '..', 'package.json')]);
  const previous = Object.values(request.previous?.listings ?? {}).map((listing) => fromRooted(listing, roots));
  const program = findProgram(command[0], cwd, environment) ?? command[0];
  return {
    project: roots.project,
    caches: bothForms([roots.cache, services.roots.cache]),
    own: bothForms([made, fromRooted(request.work, roots), fromRooted(request.downloads, roots), stage.folder, folder]),
    inputs: bothForms([...inputs.map(({ handed }) => handed), ...previous]),
    code: bothForms([
      ...(isModule ? [...engine, ...packagesOf(stage, plan, services)] : installationOf(program, roots.project)),
      ...CERTIFICATES.flatMap((name) => environment[name] ?? []),
    ]),
    temporary: bothForms(['/tmp', '/var/tmp', '/dev/shm', environment['TMPDIR'] ?? tmpdir()]),
    programs: bothForms((environment['PATH'] ?? '').split(delimiter).filter(isAbsolute)),
    system: bothForms([...SYSTEM, ...installationOf(process.execPath, roots.project)]),
    node: isModule ? (realPath(program) ?? program) : undefined,
  };
}

/** Returns a program with the folder in which it is installed, as `venv` with its libraries for `venv/bin/python`. */
function installationOf(program: string, project: string): readonly string[] {
  const prefixes = [program, realPath(program) ?? program].map((path) => dirname(dirname(path)));
  return [program, ...prefixes.filter((prefix) => ![project, homedir()].some((folder) => isInside(prefix, folder)))];
}

function packagesOf({ request, roots }: LaunchedStage, plan: Plan, services: StageServices): readonly string[] {
  const stage = plan.stages.find((planned) => planned.name === request.stage);
  if (stage?.kind !== 'module') return [];
  const code = codeOf(stage, services);
  // A project that imports itself is a package with everything in it.
  const folders = Object.values(code.folders).flat();
  return [...folders.filter((folder) => !isInside(folder, roots.project)), ...services.runtime.nativeFoldersOf(code)];
}

function bothForms(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPath(path) ?? path]))];
}
