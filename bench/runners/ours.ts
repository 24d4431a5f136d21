import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../command.ts';
import type { Stage } from './graph.ts';
import type { Tool } from './tool.ts';
import { moduleText, resultName } from './work.ts';

/** The names of a stage module's inputs, in order. */
const INPUTS = ['first', 'second', 'third'];

/** Returns the command `pipeline` of this repository, started as by the link in `node_modules/.bin`. */
export function pipelineCommand(root: string, ...args: readonly string[]): Command {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: { pipeline: string } };
  return { program: process.execPath, args: [join(root, bin.pipeline), ...args] };
}

export function ours(root: string): Tool {
  const pipeline = pipelineCommand.bind(undefined, root);
  return {
    name: 'ours',
    role: 'ours',
    restores: true,
    files: (graph, params) => ({
      'pipeline.yaml': `stages:\n${graph.map((stage) => `  ${stage.name}: ${declare(stage, params[stage.name])}\n`).join('')}`,
      ...Object.fromEntries(graph.map(({ work }) => [`stages/${work}.ts`, moduleText(work)])),
    }),
    links: { 'node_modules/pipeline': root },
    begin: [],
    run: () => pipeline('run'),
    restore: (_graph, stage) => pipeline('export', stage, `results/${stage}`),
    result: (graph, name) => {
      const stage = graph.find((candidate) => candidate.name === name);
      return `results/${name}/${resultName(stage?.work ?? 'join')}`;
    },
    kept: ['cache', 'results', 'pipeline.lock'],
  };
}

function declare({ work, reads, source }: Stage, value: string | undefined): string {
  const sources = [...reads.map((name) => `${name}.result`), ...(source === undefined ? [] : [`./${source}`])];
  const inputs = Object.fromEntries(sources.map((from, index) => [INPUTS[index], from]));
  return JSON.stringify({ module: `stages/${work}.ts`, inputs, params: { value } });
}
