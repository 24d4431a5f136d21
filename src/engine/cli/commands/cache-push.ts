import type { Problem } from '../../../shared/problem.ts';
import { bytes, plural } from '../../../shared/text/format.ts';
import { openProgressLine } from '../../../shared/text/progress-line.ts';
import type { CompletedStage } from '../../execute/events.ts';
import type { ConnectedRemote } from '../connect-remote.ts';
import { openConsole, reportProblems, reportWarnings } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { currentResults, describeAbsent } from '../remote-command.ts';
import { withSession } from '../with-session.ts';

/** `pipeline cache push`: uploads the current results of stages, as far as they are here and the remote cache lacks them. */
export async function cachePush(stages: readonly string[], options: CommonOptions): Promise<number> {
  return withSession({ ...options, upload: true }, async (session) => {
    const current = await currentResults(session, stages);
    if (!current.ok) return reportProblems(current.failure, options);
    const { remote, results, absent } = current.value;
    if (remote.uploads !== true) return reportProblems([remote.uploads], options);
    const { vouched, stores } = session.services;
    const own = results.filter(({ key }) => !vouched.isForeign(key));
    const progress = openProgressLine(process.stderr);
    try {
      for (const result of own) {
        const record = await stores.actions.lookUp(result.key);
        if (record === undefined || !(await isHere(remote, result))) continue;
        progress.begin(`uploading the result of ${result.name}`);
        remote.store.push(record);
        await remote.store.settle();
      }
    } finally {
      progress.end();
    }
    const { uploadedResults, uploadedBytes, failedUploads } = remote.store.usage;
    const { print, printJson } = openConsole(options);
    print(`${plural(uploadedResults, 'result')} uploaded (${bytes(uploadedBytes)} that were not there)`);
    if (absent.length > 0) print(describeAbsent(absent));
    printJson({ type: 'pushed', results: uploadedResults, bytes: uploadedBytes, failed: failedUploads, absent });
    const foreign = foreignProblem(results.length - own.length);
    if (foreign !== undefined) reportWarnings([foreign], options);
    return failedUploads > 0 ? EXIT.stageFailed : EXIT.ok;
  });
}

async function isHere({ store }: ConnectedRemote, { outputs }: CompletedStage): Promise<boolean> {
  for (const digest of Object.values(outputs)) if (!(await store.isHere(digest))) return false;
  return true;
}

/** Whoever uploads a result vouches for it. */
function foreignProblem(count: number): Problem | undefined {
  if (count === 0) return undefined;
  return {
    message: `${plural(count, 'result')} in the cache that somebody else has computed ${count === 1 ? 'was' : 'were'} not uploaded`,
    advice: 'Compute them yourself (run --force STAGE), or adopt them (run --trust-cache).',
  };
}
