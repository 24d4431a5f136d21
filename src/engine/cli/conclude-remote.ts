import { bytes, duration, plural } from '../../shared/text/format.ts';
import type { RemoteUsage } from '../cache/remote-usage.ts';
import type { RunResult } from '../execute/events.ts';
import type { ConnectedRemote } from './connect-remote.ts';
import { type Console, reportWarnings } from './console.ts';
import type { CommonOptions } from './options.ts';

/** Waits for the uploads of a run, and says what the remote cache has given and got. */
export async function concludeRemote(
  remote: ConnectedRemote,
  { stages }: Pick<RunResult, 'stages'>,
  options: CommonOptions,
  console: Console,
): Promise<void> {
  const { usage } = remote.store;
  const isSettled = await remote.store.settle(remote.uploadTime);
  const used = stages.flatMap((stage) => (stage.outcome === 'cached' && usage.found.has(stage.key) ? [stage.key] : []));
  const saved = used.reduce((sum, key) => sum + (usage.found.get(key) ?? 0), 0);
  const facts = factsOf(usage, used.length, saved);
  if (facts.length > 0) console.print(`remote cache: ${facts.join(', ')}`);
  if (isSettled) return;
  const message = `uploads to the remote cache were not finished within ${duration(remote.uploadTime / 1000)}`;
  reportWarnings([{ message, advice: `Finish them: ${console.commandLine('cache', 'push')}` }], options);
}

function factsOf(usage: RemoteUsage, results: number, saved: number): string[] {
  const { downloadedBytes, uploadedResults, uploadedBytes, failedUploads, notWorthIt, otherMachines } = usage;
  const downloaded = downloadedBytes === 0 ? 'nothing to download' : `${bytes(downloadedBytes)} downloaded`;
  return [
    ...(results > 0 ? [`${plural(results, 'result')} found (${downloaded}, ${duration(saved)} saved)`] : []),
    ...(notWorthIt > 0 ? [`${notWorthIt} computed here because that is faster than downloading`] : []),
    ...(otherMachines > 0 ? [`${otherMachines} not used: computed on another kind of CPU`] : []),
    ...(uploadedResults > 0 ? [`${uploadedResults} uploaded (${bytes(uploadedBytes)})`] : []),
    ...(failedUploads > 0 ? [`${failedUploads} not uploaded`] : []),
  ];
}
