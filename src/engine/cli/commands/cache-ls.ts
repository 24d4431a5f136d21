import { listDownloads } from '../../cache/housekeeping/downloads.ts';
import type { KeptAction } from '../../cache/housekeeping/inventory.ts';
import { takeInventory } from '../../cache/housekeeping/inventory.ts';
import { suggestion } from '../../plan/suggest.ts';
import { describeActions, type ListedAction } from '../../report/cache-ls.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { findReferencedKeys, type ReferencedKeys } from '../referenced-keys.ts';

/** `pipeline cache ls`: lists the results in the cache, newest first, of all or of the given stages. */
export function cacheLs(stages: readonly string[], options: CommonOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const referenced = await findReferencedKeys(options, signal);
      const { actions, damaged } = takeInventory(findProject(options).cache);
      const names = new Set(actions.map(({ record }) => record.provenance.stage));
      const unknown = stages.filter((stage) => !names.has(stage));
      if (unknown.length > 0) {
        const problems = unknown.map((stage) => ({
          message: `the cache has no result of stage "${stage}"`,
          advice: suggestion(stage, [...names]),
        }));
        return reportProblems(problems, options);
      }
      const listed = actions
        .filter(({ record }) => stages.length === 0 || stages.includes(record.provenance.stage))
        .map((action) => toListed(action, referenced))
        .sort((a, b) => (a.finished < b.finished ? 1 : -1));
      const { print, printJson, paint } = openConsole(options);
      for (const action of listed) printJson({ type: 'action', ...action });
      const downloads = stages.length === 0 ? listDownloads(findProject(options).cache) : [];
      for (const { lastUsed, ...each } of downloads)
        printJson({ type: 'download', ...each, lastUsed: new Date(lastUsed).toISOString() });
      print(describeActions(listed, downloads, damaged.length, referenced.problems[0]?.message, new Date(), paint));
      return EXIT.ok;
    } finally {
      release();
    }
  });
}

function toListed({ key, record }: KeptAction, { current, locked }: ReferencedKeys): ListedAction {
  const { stage, finished } = record.provenance;
  const bytes = Object.values(record.outputs).reduce((sum, output) => sum + output.bytes, 0);
  const isCurrent = current === undefined ? null : current.has(key);
  return { key, stage, finished, bytes, outputs: record.outputs, current: isCurrent, locked: locked.has(key) };
}
