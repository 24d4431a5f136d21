import { command } from '../command.ts';
import type { Workload } from './compare-tools.ts';
import { expectedOf, firstParams, type Graph, type Params } from './graph.ts';
import { makeFolder } from './sources.ts';

/** Two diamonds in sequence. Stage `d` affects five stages: d, e, f, g and h. */
const GRAPH: Graph = [
  { name: 'a', work: 'join', reads: [], source: 'source.txt' },
  { name: 'b', work: 'join', reads: ['a'] },
  { name: 'c', work: 'join', reads: ['a'] },
  { name: 'd', work: 'join', reads: ['b'] },
  { name: 'e', work: 'join', reads: ['d'] },
  { name: 'f', work: 'join', reads: ['d'] },
  { name: 'g', work: 'join', reads: ['e', 'f'] },
  { name: 'h', work: 'join', reads: ['g', 'c'], source: 'last.txt' },
];
const SOURCES = { 'source.txt': 'eight stages\n', 'last.txt': 'read by the last one\n' };
const NODE = command(process.execPath, 'empty.js');
const EIGHT_IN_SH = command('sh', '-c', GRAPH.map(() => 'node empty.js').join('; '));

function paramsOf(round: number, changed: readonly string[]): Params {
  return { ...firstParams(GRAPH), ...Object.fromEntries(changed.map((name) => [name, `${name} ${round + 2}`])) };
}

function sourcesOf(round: number): Readonly<Record<string, string>> {
  return { ...SOURCES, 'last.txt': `round ${round}\n` };
}

/** Eight stages with almost no work, so that the overhead of the runner is measured. */
export const eightStages: Workload = {
  name: 'eight stages',
  graph: GRAPH,
  rounds: 7,
  makeSources: (directory) => {
    makeFolder(directory, { ...SOURCES, 'empty.js': '' });
  },
  steps: [
    {
      case: 'all run',
      prepare: (project) => {
        project.removeAll();
        makeFolder(project.directory, SOURCES);
        project.configure(firstParams(GRAPH));
      },
      command: ({ tool }) => tool.run(GRAPH),
      floors: [{ name: 'eight Node starts in sh', commands: [EIGHT_IN_SH] }],
    },
    {
      case: 'nothing changed',
      times: 5,
      command: ({ tool }) => tool.run(GRAPH),
      floors: [{ name: 'an empty Node script', commands: [NODE], goal: 1.35 }],
    },
    {
      case: 'an input of the last stage changed',
      prepare: (project, round) => makeFolder(project.directory, sourcesOf(round)),
      command: ({ tool }) => tool.run(GRAPH),
      floors: [{ name: 'two Node starts', commands: [NODE, NODE], goal: 1.5 }],
    },
    {
      case: 'a param of the last stage changed',
      prepare: (project, round) => project.configure(paramsOf(round, ['h'])),
      command: ({ tool }) => tool.run(GRAPH),
      floors: [{ name: 'two Node starts', commands: [NODE, NODE], goal: 1.5 }],
    },
    {
      case: 'a param changed, five run',
      prepare: (project, round) => project.configure(paramsOf(round, ['d', 'h'])),
      command: ({ tool }) => tool.run(GRAPH),
    },
    {
      case: 'a deleted result is restored',
      restores: true,
      prepare: (project) => project.removeResult('h'),
      command: ({ tool }) => tool.restore(GRAPH, 'h'),
      check: (project, round) => {
        const expected = expectedOf(GRAPH, paramsOf(round, ['d', 'h']), sourcesOf(round), 'h');
        return project.readResult('h') === expected ? undefined : 'the last stage has another output than expected';
      },
    },
    {
      case: 'a param is set back to an earlier value',
      restores: true,
      prepare: (project, round) => project.configure(paramsOf(round, ['h'])),
      command: ({ tool }) => tool.run(GRAPH),
    },
  ],
};
