import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { abandonedIn, ownHandle } from '../../shared/holder.ts';
import type { Problem } from '../../shared/problem.ts';
import { quietly } from '../cache/local/quietly.ts';
import { adviceOnStack } from '../fingerprint/package-advice.ts';
import type { StageCode } from '../fingerprint/stage-code.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import { stageEnvironment } from './environment.ts';
import { writeLinkedBundle } from './linked-bundle.ts';
import type { Description } from './protocol.ts';
import type { Installation } from './services.ts';
import { placeInStack } from './stack.ts';
import { runInProcess } from './stage-process.ts';

export interface Described {
  /** Absolute path of a module → its interface. */
  readonly interfaces: ReadonlyMap<string, StageInterface>;
  readonly problems: readonly Problem[];
}

/** The beginning of the names of temporary folders. It is followed by the handle of their process. */
const PREFIX = 'pipeline-describe-';

/** Loads stage modules (absolute path → code) in one process and returns the interfaces that they declare. */
export async function describeStages(
  modules: ReadonlyMap<string, StageCode>,
  installation: Installation,
  signal: AbortSignal,
): Promise<Described> {
  if (modules.size === 0) return { interfaces: new Map(), problems: [] };
  let directory: string | undefined;
  try {
    for (const left of abandonedIn(tmpdir(), PREFIX)) quietly(() => rmSync(left, { recursive: true, force: true }));
    const made = mkdtempSync(join(tmpdir(), `${PREFIX}${ownHandle()}-`));
    directory = made;
    const paths = [...modules.keys()];
    const texts = await Promise.all([...modules].map(([path, { digest }]) => installation.codes.textOf(path, digest)));
    const unread = texts.flatMap((text) => (text.ok ? [] : text.failure));
    if (unread.length > 0) return { interfaces: new Map(), problems: unread };
    const bundles = [...modules.values()].flatMap(({ externals }, index) => {
      const text = texts[index];
      return text?.ok ? [writeLinkedBundle(text.value, { ...installation, externals }, made, `stage-${index}`)] : [];
    });
    const end = await runInProcess({ type: 'describe', bundles }, join(made, 'request.json'), {
      host: installation.host,
      root: installation.root,
      environment: stageEnvironment(process.env, [], []),
      signal,
      onMessage: () => undefined,
    });
    const names = paths.map((path) => relative(installation.root, path));
    if (end.type === 'cancelled') return failedAll({ message: 'interrupted' });
    if (end.type === 'failed' || end.message.type !== 'described') {
      const output = end.type === 'failed' && end.failure.kind === 'crashed' ? `\n${end.failure.output}` : '';
      return failedAll({ message: `cannot load the stage modules ${names.join(', ')}${output}` });
    }
    return collect(end.message.descriptions, paths, names, installation);
  } catch (error) {
    const { errno, code } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return failedAll({
      message: `cannot write to the folder for temporary files: ${code}`,
      at: { file: tmpdir() },
      advice: 'Free some disk space, or set the environment variable TMPDIR to another folder.',
    });
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
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
      const { message, stack } = description.error;
      const advice = adviceOnStack(stack, packageAdvice);
      problems.push({
        message: `the module threw an error while it was loaded: ${message}`,
        at: placeInStack(stack, root) ?? { file },
        ...(advice !== undefined && { advice }),
      });
    }
  }
  return { interfaces, problems };
}

function failedAll(problem: Problem): Described {
  return { interfaces: new Map(), problems: [problem] };
}
