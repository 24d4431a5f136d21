import { type Command, command } from '../command.ts';
import { commandOf, type Graph, inputsOf, outputOf, paramsFileOf, programOf, type Stage, targetsOf } from './graph.ts';
import { commonFiles, type Tool } from './tool.ts';

/** Creates a tool that compares modification times only, without content digests or a cache. */
function floor(name: string, file: string, text: (graph: Graph) => string, type: (...args: string[]) => Command): Tool {
  return {
    name,
    role: 'floor',
    restores: false,
    files: (graph, params) => ({ ...commonFiles(graph, params), [file]: text(graph) }),
    begin: [],
    run: () => type(),
    restore: (graph, stage) => type(outputOf(graph, stage)),
    result: outputOf,
    kept: ['out', '.ninja_log', '.ninja_deps'],
  };
}

/** @param cores the number of stages that run in parallel. */
export function make(cores: number): Tool {
  const text = (graph: Graph) =>
    `all: ${outputsOf(targetsOf(graph), graph)}\n${graph
      .map((stage) => `${outputOf(graph, stage.name)}: ${readBy(graph, stage)}\n\t${commandOf(graph, stage)}\n`)
      .join('')}`;
  return floor('make', 'Makefile', text, (...args) => command('make', `-j${cores}`, ...args));
}

export function ninja(): Tool {
  const text = (graph: Graph) =>
    `${graph
      .map(
        (stage) =>
          `rule ${stage.name}\n  command = ${commandOf(graph, stage)}\nbuild ${outputOf(graph, stage.name)}: ${stage.name} ${readBy(graph, stage)}\n`,
      )
      .join('')}default ${outputsOf(targetsOf(graph), graph)}\n`;
  return floor('ninja', 'build.ninja', text, (...args) => command('ninja', ...args));
}

function readBy(graph: Graph, stage: Stage): string {
  return [programOf(stage), paramsFileOf(stage.name), ...inputsOf(graph, stage)].join(' ');
}

function outputsOf(stages: readonly Stage[], graph: Graph): string {
  return stages.map(({ name }) => outputOf(graph, name)).join(' ');
}
