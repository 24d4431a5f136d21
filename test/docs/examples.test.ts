import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandFaults, namesCommand } from '../../scripts/docs/command-lines.ts';
import { attribute, type Block, blocksIn, PLAIN_LANGUAGES, pagesOf, proseOf } from '../../scripts/docs/markdown.ts';
import { recordPage, stable } from '../../scripts/docs/transcript.ts';
import { declarePipeline } from '../../src/engine/plan/declaration.ts';
import { resolvePipeline } from '../../src/engine/plan/resolve.ts';

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

const CHECKED: Readonly<Record<string, readonly string[]>> = {
  yaml: ['pipeline', 'stages', 'keys', 'norun'],
  sh: ['commands', 'norun'],
  console: ['run', 'norun'],
};

describe.each(pages)('%s', (_path, page) => {
  const blocks = blocksIn(page);

  test('says of each block how it is tested, or that it is not runnable', () => {
    const unmarked = blocks.filter((block) => {
      if (PLAIN_LANGUAGES.includes(block.language) || attribute(block, 'file') !== undefined) return false;
      const marks = CHECKED[block.language] ?? ['norun'];
      return !marks.some((mark) => block.words.includes(mark));
    });
    expect(unmarked.map(({ line, language }) => `line ${line}: ${language}`)).toEqual([]);
  });

  test('has YAML that the pipeline schema accepts', () => {
    const marked = blocks.filter(({ language, words }) => language === 'yaml' && !words.includes('norun'));
    const wrong = marked.filter(({ words }) => CHECKED['yaml']?.some((mark) => words.includes(mark)));
    expect(wrong.flatMap((block) => yamlFaults(block).map((fault) => `line ${block.line}: ${fault}`))).toEqual([]);
  });

  test('uses commands and options that exist', () => {
    const marked = blocks.filter(({ words }) => words.includes('commands'));
    const inBlocks = marked.flatMap(({ text, line }) =>
      commandFaults(text, scripts).map((fault) => `line ${line}: ${fault}`),
    );
    const mentioned = [...proseOf(page).matchAll(/`pipeline ([a-z][^`]*)`/g)].map(([, words = '']) => words);
    expect([...inBlocks, ...mentioned.filter((words) => !namesCommand(words.split(' ')))]).toEqual([]);
  });

  test('shows what its commands print', async () => {
    const recorded = await recordPage(ROOT, page);
    expect(recorded.flatMap(({ faults }) => faults)).toEqual([]);
    for (const { block, text } of recorded) expect(stable(block.text)).toBe(stable(text));
  });
});
