import { join } from 'node:path';
import { command } from '../command.ts';
import { commandOf, type Graph, inputsOf, outputOf, paramsFileOf, programOf, type Stage, targetsOf } from './graph.ts';
import { commonFiles, type Tool } from './tool.ts';

export const SNAKEMAKE = '9.27.1';

export function snakemake(bin: string): Tool {
  const type = (...args: string[]) => command(join(bin, 'snakemake'), '--cores', 'all', ...args);
  return {
    name: 'Snakemake',
    role: 'peer',
    restores: false,
    files: (graph, params) => ({ ...commonFiles(graph, params), Snakefile: snakefile(graph) }),
    begin: [],
    run: () => type(),
    restore: (graph, stage) => type(outputOf(graph, stage)),
    result: outputOf,
    kept: ['out', '.snakemake'],
  };
}

function snakefile(graph: Graph): string {
  const targets = targetsOf(graph).map(({ name }) => outputOf(graph, name));
  return `import json
from pathlib import Path

def value(file):
    return json.loads(Path(file).read_text())["value"]

def files(path):
    return sorted(str(file) for file in Path(path).rglob("*") if file.is_file()) if Path(path).is_dir() else [path]

rule all:
    input: ${JSON.stringify(targets)}
${graph.map((stage) => rule(graph, stage)).join('')}`;
}

function rule(graph: Graph, stage: Stage): string {
  const inputs = [programOf(stage), ...inputsOf(graph, stage).filter((input) => input !== stage.source)];
  // Snakemake only looks at the modification time of a directory, so its files must be listed.
  const sources = stage.source === undefined ? '' : ` + files("${stage.source}")`;
  const output = JSON.stringify(outputOf(graph, stage.name));
  return `
rule ${stage.name}:
    input: ${JSON.stringify(inputs)}${sources}
    output: ${stage.work === 'many-files' ? `directory(${output})` : output}
    params: value=value("${paramsFileOf(stage.name)}")
    shell: "${commandOf(graph, stage)}"
`;
}
