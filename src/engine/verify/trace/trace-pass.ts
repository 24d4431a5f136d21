import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from '../../../shared/problem.ts';
import type { Launch, LaunchedStage } from '../../execute/launch.ts';
import type { HookSettings } from '../hook/note.ts';
import { judgeRun } from '../judge-run.ts';
import type { Pass, PassContext, PassOutcome } from '../pass.ts';
import { findingsIn } from './findings.ts';
import { straced, straceObstacles } from './strace.ts';
import { filesIn, type Traced } from './traced.ts';

/** Records what stages ask of the system and of Node, and finds what of it they have not declared. */
export const tracePass: Pass = {
  name: 'trace',
  covers:
    'the files, network and programs that stages use; in Node also variables, time, random numbers and the machine',
  obstacles: async ({ services, folder }) => straceObstacles(services.environment, folder),
  run,
};

const NOTHING_RAN: Problem = {
  message: 'no stage was run, so there was nothing to look at',
  advice: 'Name a stage that is not declared non-deterministic: pipeline verify STAGE --strict',
};

async function run({ services, folder, rerun }: PassContext): Promise<PassOutcome> {
  const traced: Traced[] = [];
  const result = await rerun({
    launcher: (launch, stage) => {
      const process = { stage, launch, folder: join(folder, String(traced.length)) };
      traced.push(process);
      return launchTraced(process);
    },
  });
  const judged = judgeRun(result);
  const found = await Promise.all(traced.map((process) => findingsIn(process, result.plan, services)));
  return {
    ...judged,
    findings: [...found.flatMap(({ findings }) => findings), ...judged.findings],
    gaps: [...(traced.length === 0 ? [NOTHING_RAN] : []), ...found.flatMap(({ gaps }) => gaps), ...judged.gaps],
  };
}

/** Returns how to start the process so that what it asks for is written to files in the folder. */
function launchTraced({ stage, launch, folder }: Traced): Launch {
  mkdirSync(folder);
  const isModule = stage.request.program.kind === 'module';
  return {
    ...launch,
    command: straced(isModule ? hooked(launch.command, stage, folder) : launch.command, filesIn(folder).log),
    // libuv would otherwise use files by io_uring, which strace does not see.
    environment: { ...launch.environment, UV_USE_IO_URING: '0' },
  };
}

/** Returns a command of Node that preloads the hook. */
function hooked([node, ...args]: Launch['command'], stage: LaunchedStage, folder: string): Launch['command'] {
  const { notes, preload } = filesIn(folder);
  // The folder of the bundle is gone when the stacks are read.
  const map = 'stage.mjs.map';
  if (existsSync(join(stage.folder, map))) copyFileSync(join(stage.folder, map), join(folder, map));
  const own = [stage.folder, stage.made, ...stage.inputs.map(({ handed }) => handed)];
  const settings: HookSettings = { notes, own };
  const hook = join(dirname(stage.host), 'trace-hook.cjs');
  writeFileSync(preload, `require(${JSON.stringify(hook)}).observe(${JSON.stringify(settings)});\n`);
  return [node, '--require', preload, ...args];
}
