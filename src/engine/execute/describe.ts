import { join, relative } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import { adviceOnStack } from '../fingerprint/package-advice.ts';
import type { StageCode } from '../fingerprint/stage-code.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import { stageEnvironment } from './environment.ts';
import { withCauses } from './failure.ts';
import { writeLinkedBundle } from './linked-bundle.ts';
import type { Description } from './protocol.ts';
import type { Installation } from './services.ts';
import { placeInStack } from './stack.ts';
import { type ProcessEnd, runInProcess } from './stage-process.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

export interface Described {
  /** Absolute path of a module → its interface. */
  readonly interfaces: ReadonlyMap<string, StageInterface>;
  readonly problems: readonly Problem[];
}

/** Loads stage modules (absolute path → code) in one process and returns the interfaces that they declare. */
export async function describeStages(
  modules: ReadonlyMap<string, StageCode>,
  installation: Installation,
  signal: AbortSignal,
): Promise<Described> {
  if (modules.size === 0) return { interfaces: new Map(), problems: [] };
  const described = await inTemporaryFolder('describe', (folder) => describeIn(folder, modules, installation, signal));
  return described.ok ? described.value : { interfaces: new Map(), problems: described.failure };
}

async function describeIn(
  folder: string,
  modules: ReadonlyMap<string, StageCode>,
  installation: Installation,
  signal: AbortSignal,
): Promise<Described> {
  const paths = [...modules.keys()];
  const texts = await Promise.all([...modules].map(([path, { digest }]) => installation.codes.textOf(path, digest)));
  const unread = texts.flatMap((text) => (text.ok ? [] : text.failure));
  if (unread.length > 0) return { interfaces: new Map(), problems: unread };
  const bundles = [...modules.values()].flatMap(({ externals }, index) => {
    const text = texts[index];
    return text?.ok ? [writeLinkedBundle(text.value, { ...installation, externals }, folder, `stage-${index}`)] : [];
  });
  const names = paths.map((path) => relative(installation.root, path));
  let loading = names[0] ?? '';
  const end = await runInProcess({ type: 'describe', bundles }, join(folder, 'request.json'), {
    host: installation.host,
    root: installation.root,
    environment: stageEnvironment(process.env, [], []),
    stop: { grace: 0, signal, onSaving: () => undefined },
    onLeftBehind: () => undefined,
    onMessage: (message) => {
      if (message.type === 'loading') loading = names[message.bundle] ?? loading;
    },
  });
  if (end.type === 'cancelled') return failedAll({ message: 'interrupted' });
  if (end.type === 'failed' || end.message.type !== 'described') return failedAll(notLoaded(end, loading));
  return collect(end.message.descriptions, paths, names, installation);
}

function collect(
  descriptions: readonly Description[],
  paths: readonly string[],
  names: readonly string[],
  { root, packageAdvice }: Installation,
): Described {
  const problems: Problem[] = [];
  const interfaces = new Map<string, StageInterface>();
  for (const [index, description] of descriptions.entries()) {
    const file = names[index] ?? '';
    if (description.ok) {
      interfaces.set(paths[index] ?? '', description.interface);
    } else if ('notAStage' in description) {
      problems.push({
        message: `this is not a stage module: ${description.notAStage}`,
        at: { file },
        advice:
          "Write: import { defineStage } from 'pipeline'; export default defineStage({ outputs: ['…'], run() { … } });",
      });
    } else {
      const { stack } = description.error;
      const advice = adviceOnStack(stack, packageAdvice);
      problems.push({
        message: `the module threw an error while it was loaded: ${withCauses(description.error)}`,
        at: placeInStack(stack, root) ?? { file },
        ...(advice !== undefined && { advice }),
      });
    }
  }
  return { interfaces, problems };
}

/** Describes why the process ended while it loaded the module `file`. */
function notLoaded(end: ProcessEnd, file: string): Problem {
  const { how, output } =
    end.type === 'failed' && end.failure.kind === 'crashed'
      ? end.failure
      : { how: 'sent an unknown message', output: '' };
  return {
    message: `the process that loaded the module ${how}${output === '' ? '' : `\n${output}`}`,
    at: { file },
    advice: 'A module is loaded to read what it declares. Move what it does, such as process.exit(), into `run`.',
  };
}

function failedAll(problem: Problem): Described {
  return { interfaces: new Map(), problems: [problem] };
}
