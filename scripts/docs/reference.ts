import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON_OPTIONS, type CommandSpec, type OptionSpec } from '../../src/engine/cli/command-spec.ts';
import { COMMANDS } from '../../src/engine/cli/commands.ts';
import { elementSchema } from '../../src/engine/page/elements/element-schema.ts';
import { pipelineSchema } from '../../src/engine/plan/pipeline-schema.ts';
import type { JsonSchema } from '../../src/shared/schema-type.ts';
import classify from '../../stages/classify.ts';
import encodeTargets from '../../stages/encode-targets.ts';
import evaluate from '../../stages/evaluate.ts';
import explainMistakes from '../../stages/explain-mistakes.ts';
import ingest from '../../stages/ingest.ts';
import predict from '../../stages/predict.ts';
import previewAugmentations from '../../stages/preview-augmentations.ts';
import resizeToArrowShards from '../../stages/resize-to-arrow-shards.ts';
import train from '../../stages/train.ts';
import { apiPages } from './api/api-pages.ts';
import { keysOf, keyTable, markdownTable } from './schema-text.ts';

/** The stages of the FashionAI pipeline, by the names of their modules. */
export const STAGES = {
  ingest,
  'resize-to-arrow-shards': resizeToArrowShards,
  'encode-targets': encodeTargets,
  'preview-augmentations': previewAugmentations,
  train,
  evaluate,
  predict,
  classify,
  'explain-mistakes': explainMistakes,
} as const;

const GENERATED = '<!-- Written by `npm run docs`. Do not edit: change the description in the code. -->';

/** Returns the generated pages of the reference: path in the repository → text. `root`: the repository, absolute. */
export function referenceFiles(root: string): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(Object.entries(apiPages(root)).map(([path, parts]) => [path, page(parts)])),
    'docs/reference/commands.md': page(commandsPage()),
    'docs/reference/pipeline-yaml.md': page(pipelinePage()),
    'docs/reference/report.md': page(reportPage()),
    'docs/reference/stages.md': page(stagesPage(root)),
  };
}

function page(parts: readonly string[]): string {
  return `${[GENERATED, ...parts.filter((part) => part !== '')].join('\n\n')}\n`;
}

function commandsPage(): string[] {
  const visible = COMMANDS.filter(({ hidden }) => hidden !== true);
  return [
    '# Reference: commands',
    'For looking up a flag. [Commands](../commands.md) explains when to use which.',
    '## Options of every command',
    optionTable(COMMON_OPTIONS),
    ...visible.flatMap(commandParts),
  ];
}

function commandParts({ name, arguments: args, description, options }: CommandSpec): string[] {
  const usage = ['pipeline', name, ...(options.length > 0 ? ['[options]'] : []), args].filter((part) => part !== '');
  return [
    `## pipeline ${name}`,
    `\`\`\`text\n${usage.join(' ')}\n\`\`\``,
    sentence(description),
    options.length > 0 ? optionTable(options) : '',
  ];
}

function optionTable(options: readonly OptionSpec[]): string {
  return markdownTable(
    ['option', 'meaning', 'default'],
    options.map((option) => [
      `\`${option.flags}\``,
      option.description,
      option.default === undefined ? '' : `\`${String(option.default)}\``,
    ]),
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function pipelinePage(): string[] {
  const { stage, input, executor, runtimeFact } = pipelineSchema.definitions;
  const section = (title: string, schema: JsonSchema) => [title, keyTable(keysOf(schema))];
  return [
    '# Reference: pipeline.yaml',
    'For looking up a key. [pipeline.yaml](../pipeline-yaml.md) explains them with examples.',
    ...section('## The file', pipelineSchema as JsonSchema),
    ...section('## A stage', stage as unknown as JsonSchema),
    ...section('## An input with globs', input as unknown as JsonSchema),
    'An input is a text (`STAGE.OUTPUT` or a path) or a mapping with these keys.',
    ...section('## An executor', executor as unknown as JsonSchema),
    ...section('## A runtime fact', runtimeFact as unknown as JsonSchema),
  ];
}

function reportPage(): string[] {
  return [
    '# Reference: report.json',
    'For looking up a key. [Stages](../stages.md#an-element-of-the-report) explains how a stage adds an element to the page of `pipeline report`. `[]` stands for each entry of a list.',
    keyTable(keysOf(elementSchema as unknown as JsonSchema)),
  ];
}

function stagesPage(root: string): string[] {
  return [
    '# Reference: the stages of the FashionAI pipeline',
    'For looking up a param, an input or an output. [Training](../training.md) and [Data](../data.md) explain them.',
    ...Object.entries(STAGES).flatMap(([name, { inputs = [], outputs, params }]) => [
      `## ${name}`,
      `${summaryOf(root, name)} Module: [\`stages/${name}.ts\`](../../stages/${name}.ts).`,
      `- Inputs: ${names(inputs)}\n- Outputs: ${names(outputs)}`,
      params === undefined ? 'It has no params.' : keyTable(keysOf(params as JsonSchema)),
    ]),
    'An input with `?` may be left out. An output is called by its name without the ending: `evaluate.evaluation`.',
  ];
}

function names(list: readonly string[]): string {
  return list.map((name) => `\`${name}\``).join(', ');
}

/** Returns the docstring of a stage's default export. */
function summaryOf(root: string, name: string): string {
  const text = readFileSync(join(root, 'stages', `${name}.ts`), 'utf8');
  return /\/\*\* ([^*]+) \*\/\nexport default/.exec(text)?.[1] ?? '';
}
