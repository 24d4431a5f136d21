import { listDownloads } from '../../cache/housekeeping/downloads.ts';
import type { KeptAction } from '../../cache/housekeeping/inventory.ts';
import { takeInventory } from '../../cache/housekeeping/inventory.ts';
import { projectId, readRoots } from '../../cache/local/roots.ts';
import { suggestion } from '../../plan/suggest.ts';
import { describeActions, type ListedAction, type ListedProject } from '../../report/cache-ls.ts';
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
      const chosen = actions.filter(({ record }) => stages.length === 0 || stages.includes(record.provenance.stage));
      const records = chosen.map(({ record }) => record);
      const referenced = await findReferencedKeys(options, signal, records);
      const listed = chosen
        .map((action) => toListed(action, referenced))
        .sort((a, b) => (a.finished < b.finished ? 1 : -1));
      const { print, printJson, paint } = openConsole(options);
      const projects = stages.length === 0 ? projectsIn(findProject(options).cache) : [];
      for (const action of listed) printJson({ type: 'action', ...action });
      const downloads = stages.length === 0 ? listDownloads(findProject(options).cache) : [];
      for (const { lastUsed, ...each } of downloads)
        printJson({ type: 'download', ...each, lastUsed: new Date(lastUsed).toISOString() });
      for (const project of projects) printJson({ type: 'project', ...project });
      const why = referenced.problems[0]?.message;
      const all = { actions: listed, downloads, projects, damaged: damaged.length, unknown: why };
      print(describeActions(all, new Date(), paint));
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

/** Returns the projects that the cache keeps results for, last used first. */
function projectsIn(cache: string): readonly ListedProject[] {
  const projects = new Map<string, ListedProject>();
  for (const root of readRoots(cache).roots) {
    const id = projectId(root);
    const { host, file, pipeline } = root;
    const { lastUsed, branches = [] } = projects.get(id) ?? { lastUsed: root.lastUsed };
    projects.set(id, {
      ...{ id, host, file, pipeline },
      branches: [...new Set([...branches, ...(root.branch === null ? [] : [root.branch])])].sort(),
      lastUsed: lastUsed > root.lastUsed ? lastUsed : root.lastUsed,
    });
  }
  return [...projects.values()].sort((a, b) => (a.lastUsed < b.lastUsed ? 1 : -1));
}
