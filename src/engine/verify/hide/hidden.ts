import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import { isPersonal } from '../../execute/environment.ts';
import type { Launch, LaunchedStage, Launcher } from '../../execute/launch.ts';
import { fromRooted } from '../../execute/roots.ts';
import type { Services } from '../../execute/services.ts';
import { bubblewrapped } from '../sandbox/bubblewrap.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { packageMounts } from '../sandbox/packages.ts';
import { asItIs, globalPackages, gpuMounts, nodeMounts, systemMounts, userMounts } from '../sandbox/system.ts';
import { inputMounts } from './input-mounts.ts';
import { programMounts } from './program-mounts.ts';

/** As the build daemons of Debian have it: what looks for a home finds none. */
const HOME = '/nonexistent';

/** Starts stages where they find nothing but what they have declared and the operating system. */
export function hiding(services: Pick<Services, 'plan' | 'codes' | 'runtime'>): Launcher {
  return (launch, stage) => {
    const environment = withoutUser(launch.environment, stage);
    const mounts = [...systemMounts(), ...ownMounts({ ...launch, environment }, stage, services)];
    const sandbox = { mounts, network: false, hostname: 'sandbox' };
    return { ...launch, environment, command: bubblewrapped(launch.command, launch.cwd, sandbox) };
  };
}

function ownMounts(
  launch: Launch,
  stage: LaunchedStage,
  services: Pick<Services, 'plan' | 'codes' | 'runtime'>,
): readonly Mount[] {
  const { request, folder, roots } = stage;
  const downloads = fromRooted(request.downloads, roots);
  const system = join(folder, 'system');
  for (const path of [downloads, system]) mkdirSync(path, { recursive: true });
  return [
    { kind: 'sealed', at: '/' },
    { kind: 'sealed', at: launch.cwd },
    // One mount, so that what lies in it can be renamed and linked to as without a sandbox.
    ...[roots.cache, downloads, folder].map((path): Mount => ({ kind: 'write', from: path, at: path })),
    ...inputMounts(stage.inputs),
    ...nodeMounts(launch.environment),
    ...userMounts({ name: 'stage', id: process.getuid?.() ?? 0, home: HOME }, system),
    ...(launch.environment['CUDA_VISIBLE_DEVICES'] ? gpuMounts() : []),
    ...(request.program.kind === 'command'
      ? programMounts(launch, roots, versionOf(request.stage, services))
      : moduleMounts(stage, services)),
  ];
}

/** Returns the words of the command that prints the version of a stage's program, if it has one. */
function versionOf(name: string, { plan }: Pick<Services, 'plan'>): readonly string[] | undefined {
  const stage = plan.stages.find((planned) => planned.name === name);
  return stage?.kind === 'command' ? stage.command.version?.words : undefined;
}

function moduleMounts(
  { request, roots, host }: LaunchedStage,
  { codes, runtime }: Pick<Services, 'codes' | 'runtime'>,
): readonly Mount[] {
  const code = codes.get(resolve(roots.project, request.module));
  if (code === undefined) throw new Error(`the code of ${request.module} was not read`);
  const engine = dirname(host);
  // A project that is itself a package would be seen as a whole.
  const reached = Object.values(code.folders).flat();
  const packages = [...reached.filter((folder) => !isInside(folder, roots.project)), ...runtime.nativeFoldersOf(code)];
  return [
    { kind: 'read', from: engine, at: engine },
    // It says of which kind these modules are.
    ...asItIs(join(dirname(engine), 'package.json')),
    ...packageMounts(packages, [engine]),
    ...globalPackages(),
  ];
}

/** Returns the variables without those about the user that the stage has not declared. */
function withoutUser(environment: Launch['environment'], { request }: LaunchedStage): Launch['environment'] {
  const declared = new Set([...Object.keys(request.environment), ...request.secrets]);
  const kept = Object.entries(environment).filter(([name]) => declared.has(name) || !isPersonal(name));
  return { HOME, ...Object.fromEntries(kept) };
}
