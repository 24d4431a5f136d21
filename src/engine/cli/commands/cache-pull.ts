import { bytes, plural } from '../../../shared/text/format.ts';
import { openProgressLine } from '../../../shared/text/progress-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { warnOfForeign } from '../foreign-results.ts';
import type { CommonOptions } from '../options.ts';
import { currentResults, describeAbsent } from '../remote-command.ts';
import { withSession } from '../with-session.ts';

/** `pipeline cache pull`: downloads the current results of stages, with all their outputs. */
export async function cachePull(stages: readonly string[], options: CommonOptions): Promise<number> {
  return withSession(options, async (session) => {
    const current = await currentResults(session, stages);
    if (!current.ok) return reportProblems(current.failure, options);
    const { remote, results, absent } = current.value;
    const { actions, contents } = session.services.stores;
    const { print, printJson } = openConsole(options);
    const progress = openProgressLine(process.stderr);
    const incomplete: string[] = [];
    let pulled = 0;
    try {
      for (const { name, key } of results) {
        const record = await actions.lookUp(key);
        const before = remote.store.usage.downloadedBytes;
        progress.begin(`downloading the result of ${name}`);
        for (const [output, { digest }] of Object.entries(record?.outputs ?? {})) {
          const watch = ({ bytes: done, totalBytes = 0 }: { bytes: number; totalBytes?: number }) =>
            progress.update(done, totalBytes);
          if ((await contents.materialize(digest, watch)) === undefined) incomplete.push(`${name}.${output}`);
        }
        if (remote.store.usage.downloadedBytes > before) pulled++;
      }
    } finally {
      progress.end();
    }
    const { downloadedBytes } = remote.store.usage;
    print(
      `${plural(pulled, 'result')} downloaded (${bytes(downloadedBytes)}), ${results.length - pulled} here already`,
    );
    if (absent.length > 0) print(describeAbsent(absent));
    printJson({ type: 'pulled', results: pulled, bytes: downloadedBytes, absent, incomplete });
    const foreign = results.filter(({ key }) => session.services.vouched.isForeign(key));
    warnOfForeign(foreign, options);
    return incomplete.length > 0 ? EXIT.stageFailed : EXIT.ok;
  });
}
