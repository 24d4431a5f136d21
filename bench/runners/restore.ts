import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../command.ts';
import type { Floor, Step, Workload } from './compare-tools.ts';
import type { Graph } from './graph.ts';
import type { Project } from './project.ts';
import { makeFolder, makeLargeFile, makeManyFiles } from './sources.ts';

const GRAPH: Graph = [
  { name: 'large', work: 'large-file', reads: [] },
  { name: 'many', work: 'many-files', reads: [] },
];

function restored(what: string, stage: string, floor: Floor, check: (project: Project) => string | undefined): Step {
  return {
    case: `${what} deleted and restored`,
    restores: true,
    prepare: (project) => project.removeResult(stage),
    command: ({ tool }) => tool.restore(GRAPH, stage),
    check,
    floors: [floor],
  };
}

function copy(from: string): Floor {
  return {
    name: 'cp -r',
    commands: [command('cp', '-r', from, 'copy')],
    prepare: (directory) => rmSync(join(directory, 'copy'), { recursive: true, force: true }),
  };
}

/** Restores results of 200 MB from the cache as files. */
export const restore: Workload = {
  name: 'restore',
  graph: GRAPH,
  rounds: 4,
  writesMuch: true,
  makeSources: (directory) => {
    makeFolder(directory, {});
    // The files that the floor copies.
    if (directory.endsWith('floor')) {
      makeLargeFile(join(directory, 'large'));
      makeManyFiles(join(directory, 'many'));
    }
  },
  startsUpToDate: true,
  steps: [
    restored('one file of 200 MB', 'large', copy('large'), (project) => {
      const { size } = statSync(project.path(project.tool.result(GRAPH, 'large')));
      return size === 200_000_000 ? undefined : `the file has ${size} bytes`;
    }),
    restored('10,000 files', 'many', copy('many'), (project) => {
      const last = join(project.path(project.tool.result(GRAPH, 'many')), '9', '999');
      const { size } = statSync(last);
      return size === 20_500 ? undefined : `the last file has ${size} bytes`;
    }),
  ],
};
