import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ParamsSchema } from 'pipeline';
import { describe, expect, test } from 'vitest';
import { commandFaults, namesCommand } from '../../scripts/docs/command-lines.ts';
import { attribute, type Block, blocksIn, PLAIN_LANGUAGES, pagesOf, proseOf } from '../../scripts/docs/markdown.ts';
import { STAGES } from '../../scripts/docs/reference.ts';
import { recordPage, stable } from '../../scripts/docs/transcript.ts';
import { declarePipeline } from '../../src/engine/plan/declaration.ts';
import { resolvePipeline } from '../../src/engine/plan/resolve.ts';
import { Project } from '../support/project.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = [...pagesOf(ROOT)];
const scripts = new Set(
  Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts),
);

/** What a block of YAML is as a whole pipeline file. */
function asPipeline({ words, text }: Block): string {
  if (words.includes('stages')) return `stages:\n${text.replaceAll(/^(?=.)/gm, '  ')}`;
  return words.includes('keys') ? `${text}stages: { none: { module: none.ts } }\n` : text;
}

function yamlFaults(block: Block): readonly string[] {
  const declared = declarePipeline('pipeline.yaml', asPipeline(block));
  // Stages and params that only the page around a fragment has cannot be resolved.
  const checked =
    declared.ok && block.words.includes('pipeline') ? resolvePipeline(declared.value, ROOT, { set: [] }) : declared;
  return checked.ok ? [] : checked.failure.map(({ message, at }) => `line ${at?.line}: ${message}`);
}

/** What is wrong with the params of a block that uses the stages of this repository. `${…}` stands for anything. */
function paramFaults(block: Block): readonly string[] {
  const declared = declarePipeline('pipeline.yaml', asPipeline(block));
  if (!declared.ok || !block.words.includes('fashionai')) return [];
  return Object.entries(declared.value.pipeline.stages).flatMap(([name, { params = {}, ...stage }]) => {
    const schema = 'module' in stage ? schemaOf(stage.module) : undefined;
    if (schema === undefined) return [];
    const open = Object.keys(params).filter((key) => JSON.stringify(params[key]).includes('${'));
    const known = Object.fromEntries(Object.entries(params).filter(([key]) => !open.includes(key)));
    const validate = new Ajv({ allErrors: true, strict: false }).compile({ additionalProperties: false, ...schema });
    if (validate(known)) return [];
    const faults = (validate.errors ?? []).map(({ instancePath, message, params: found }) =>
      [name, instancePath, message, ...Object.values(found)].join(' '),
    );
    return faults.filter((fault) => !open.some((key) => fault.includes(`required property '${key}'`)));
  });
}

function schemaOf(module: string): ParamsSchema | undefined {
  const stage = Object.entries(STAGES).find(([name]) => module === `stages/${name}.ts`)?.[1];
  return stage && (stage.params ?? {});
}

/** What `pipeline init` gives a new project. */
const TSCONFIG = readFileSync(join(ROOT, 'examples', 'starter', 'tsconfig.json'), 'utf8');

const CHECKED: Readonly<Record<string, readonly string[]>> = {
  yaml: ['pipeline', 'stages', 'keys', 'no-run'],
  sh: ['commands', 'no-run'],
  console: ['run', 'no-run'],
};

describe.each(pages)('%s', (_path, page) => {
  const blocks = blocksIn(page);

  test('says of each block how it is tested, or that it is not runnable', () => {
    const unmarked = blocks.filter((block) => {
      if (PLAIN_LANGUAGES.includes(block.language) || attribute(block, 'file') !== undefined) return false;
      const marks = CHECKED[block.language] ?? ['no-run'];
      return !marks.some((mark) => block.words.includes(mark));
    });
    expect(unmarked.map(({ line, language }) => `line ${line}: ${language}`)).toEqual([]);
  });

  test('has YAML that the pipeline schema accepts', () => {
    const marked = blocks.filter(({ language, words }) => language === 'yaml' && !words.includes('no-run'));
    const wrong = marked.filter(({ words }) => CHECKED['yaml']?.some((mark) => words.includes(mark)));
    const faultsOf = (block: Block) => [...yamlFaults(block), ...paramFaults(block)];
    expect(wrong.flatMap((block) => faultsOf(block).map((fault) => `line ${block.line}: ${fault}`))).toEqual([]);
  });

  test('uses commands and options that exist', () => {
    const marked = blocks.filter(({ words }) => words.includes('commands'));
    const inBlocks = marked.flatMap(({ text, line }) =>
      commandFaults(text, scripts).map((fault) => `line ${line}: ${fault}`),
    );
    const mentioned = [...proseOf(page).matchAll(/`(?:npx )?pipeline ([a-z][^`]*)`/g)].map(([, words = '']) => words);
    expect([...inBlocks, ...mentioned.filter((words) => !namesCommand(words.split(' ')))]).toEqual([]);
  });

  test('has stages that type-check strictly', () => {
    const files = blocks.flatMap((block) => {
      const file = attribute(block, 'file');
      return block.language === 'ts' && file !== undefined ? [[file, block.text] as const] : [];
    });
    if (files.length === 0) return;
    const project = new Project({ ...Object.fromEntries(files), 'tsconfig.json': TSCONFIG });
    project.install('@types', '@tensorflow');
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', project.directory], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('shows what its commands print', async () => {
    const recorded = await recordPage(ROOT, page);
    expect(recorded.flatMap(({ faults }) => faults)).toEqual([]);
    for (const { block, text } of recorded) expect(stable(block.text)).toBe(stable(text));
  });
});
