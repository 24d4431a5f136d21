import { join } from 'node:path';
import { judgeRun } from '../judge-run.ts';
import type { Pass } from '../pass.ts';
import { straced, straceObstacles } from './strace.ts';

/** Records what stages ask of the system and of Node, and finds what of it they have not declared. */
export const tracePass: Pass = {
  name: 'trace',
  covers: 'the files, network and processes that stages use; in Node also variables, clock, random numbers and machine',
  obstacles: async ({ services, folder }) => straceObstacles(services.environment, folder),
  run: async ({ folder, rerun }) => {
    let logs = 0;
    const run = await rerun({
      launcher: (launch) => ({
        ...launch,
        command: straced(launch.command, join(folder, `${logs++}.log`)),
        environment: { ...launch.environment, UV_USE_IO_URING: '0' },
      }),
    });
    return judgeRun(run);
  },
};
