import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { command } from '../command.ts';
import type { Workload } from './compare-tools.ts';
import type { Graph } from './graph.ts';
import { aFileOf, makeFolder, makeManyFiles } from './sources.ts';

const GRAPH: Graph = ['x', 'y', 'z'].map((name) => ({ name, work: 'sum-sizes', reads: [], source: 'data' }));

/** A directory of images that three stages read. */
export const manyFiles: Workload = {
  name: '10,000 files',
  graph: GRAPH,
  rounds: 4,
  writesMuch: true,
  makeSources: (directory) => {
    makeFolder(directory, { 'empty.js': '' });
    makeManyFiles(`${directory}/data`);
  },
  steps: [
    {
      case: 'first run',
      prepare: (project) => project.removeAll(),
      command: ({ tool }) => tool.run(GRAPH),
      floors: [
        {
          name: 'sha256sum on one core',
          commands: [command('sh', '-c', 'find data -type f -print0 | xargs -0 sha256sum')],
        },
      ],
    },
    {
      case: 'nothing changed',
      times: 5,
      command: ({ tool }) => tool.run(GRAPH),
      floors: [
        { name: 'an empty Node script', commands: [command(process.execPath, 'empty.js')], goal: 2.5 },
        { name: 'find and stat', commands: [command('find', 'data', '-type', 'f', '-printf', '%s %T@ %i\\n')] },
      ],
    },
    {
      case: 'one file touched',
      prepare: (project, round) => {
        const now = new Date();
        utimesSync(aFileOf(project.path('data'), round), now, now);
      },
      command: ({ tool }) => tool.run(GRAPH),
    },
    {
      case: 'one file changed, three stages run',
      prepare: (project, round) => {
        const file = aFileOf(project.path('data'), round);
        const content = readFileSync(file);
        content.writeUInt32BE(round + 1);
        writeFileSync(file, content);
      },
      command: ({ tool }) => tool.run(GRAPH),
    },
  ],
};
