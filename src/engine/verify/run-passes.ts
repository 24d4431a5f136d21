import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { now, secondsSince } from '../../shared/clock.ts';
import type { Result } from '../../shared/problem.ts';
import { inTemporaryFolder } from '../execute/temporary-folder.ts';
import type { Pass, PassContext, PassOutcome, PassResult, PassState } from './pass.ts';

/** Is told of the passes one after the other. */
export interface PassObserver {
  started(pass: Pass): void;
  finished(result: PassResult): Promise<void>;
}

/** Runs passes, each after the one before, until the user interrupts one. Fails if there is no room for their files. */
export function runPasses(
  passes: readonly Pass[],
  context: Omit<PassContext, 'folder'>,
  observer: PassObserver,
): Promise<Result<readonly PassResult[]>> {
  return inTemporaryFolder('verify', async (parent) => {
    const results: PassResult[] = [];
    for (const pass of passes) {
      const folder = join(parent, pass.name);
      mkdirSync(folder);
      observer.started(pass);
      const result = await runPass(pass, { ...context, folder });
      results.push(result);
      await observer.finished(result);
      if (context.signal.aborted) break;
    }
    return results;
  });
}

async function runPass(pass: Pass, context: PassContext): Promise<PassResult> {
  const started = now();
  const obstacles = await pass.obstacles(context);
  const outcome = obstacles.length > 0 ? undefined : await pass.run(context);
  const seconds = secondsSince(started);
  if (outcome === undefined) return { pass: pass.name, state: 'not-run', findings: [], gaps: obstacles, seconds };
  return { pass: pass.name, state: stateOf(outcome, context.signal), ...outcome, seconds };
}

function stateOf({ findings, gaps, failed }: PassOutcome, signal: AbortSignal): PassState {
  if (signal.aborted) return 'cancelled';
  if (failed !== undefined) return 'failed';
  if (findings.length > 0) return 'found';
  return gaps.length > 0 ? 'incomplete' : 'passed';
}
