import { basename } from 'node:path';
import { anchorsIn } from '../markdown.ts';
import { markdownTable } from '../schema-text.ts';
import { type ApiExport, type ApiMember, type ApiTag, readApi } from './read-api.ts';

/** A module that projects import, and the page of the reference about it. */
interface EntryPoint {
  /** What is imported: `pipeline/vision`. */
  readonly name: string;
  readonly module: string;
  readonly page: string;
  readonly introduction: string;
  /** The parts of the page: a folder or file below src/ → heading. The first that fits counts. */
  readonly groups: Readonly<Record<string, string>>;
}

const ENTRY_POINTS: readonly EntryPoint[] = [
  {
    name: 'pipeline',
    module: 'src/index.ts',
    page: 'docs/reference/api-pipeline.md',
    introduction: 'For looking up what a stage is made of. [Stages](../stages.md) explains it with examples.',
    groups: { index: 'Stages', 'shared/schema-type': 'Schemas', 'shared/problem': 'Problems' },
  },
  {
    name: 'pipeline/vision',
    module: 'src/vision/index.ts',
    page: 'docs/reference/api-vision.md',
    introduction:
      'For looking up a function or a type. [The vision library](../library.md) explains them with examples, [the reference of the stages](stages.md) lists their params. `TensorFlow`, `Tensor` and `SymbolicTensor` are TensorFlow.js and types of it.',
    groups: {
      'vision/stages': 'Stages',
      'vision/models': 'Backbones and layers',
      'vision/heads': 'Heads and losses',
      'vision/data/tables/label-kind': 'Heads and losses',
      'vision/train/augmentations': 'Augmentations',
      'vision/train/step/target-tensors': 'Augmentations',
      'vision/train/optimizers': 'Optimizers and schedules',
      'vision/train/loop/schedules': 'Optimizers and schedules',
      'vision/train': 'Training',
    },
  },
  {
    name: 'pipeline/vision/predict',
    module: 'src/vision/predict/index.ts',
    page: 'docs/reference/api-predict.md',
    introduction: 'For looking up a function or a type. [Serving](../serving.md) explains them with examples.',
    groups: { vision: 'A model in a program' },
  },
  {
    name: 'pipeline/vision/browser',
    module: 'src/vision/browser/index.ts',
    page: 'docs/reference/api-browser.md',
    introduction: 'For looking up a function or a type. [Serving](../serving.md) explains them with examples.',
    groups: { vision: 'A model in a browser' },
  },
];

/** A page before its links are known. */
interface Draft {
  readonly entry: EntryPoint;
  readonly groups: readonly Group[];
  /** The names of what an earlier entry point exports, too: that one's page has it. */
  readonly elsewhere: readonly string[];
}

/** Returns the pages about what projects import: path in the repository → parts. `root`: the repository, absolute. */
export function apiPages(root: string): Readonly<Record<string, readonly string[]>> {
  const api = readEntryPoints(root);
  const seen = new Set<string>();
  const drafts = ENTRY_POINTS.map((entry): Draft => {
    const exports = api.get(entry.module) ?? [];
    const isNew = ({ file, name }: ApiExport) => !seen.has(`${file} ${name}`);
    const [own, others] = [exports.filter(isNew), exports.filter((each) => !isNew(each))];
    for (const { file, name } of own) seen.add(`${file} ${name}`);
    return { entry, groups: grouped(entry, own), elsewhere: others.map(({ name }) => name) };
  });
  // Anchors depend on all headings of a page, and links lead to other pages: so links come second.
  const targets = new Map(drafts.flatMap(targetsOf));
  return Object.fromEntries(
    drafts.map((draft) => [draft.entry.page, partsOf(draft, (name) => linkTo(draft.entry, targets, name))]),
  );
}

function readEntryPoints(root: string) {
  return readApi(
    root,
    ENTRY_POINTS.map(({ module }) => module),
  );
}

/** Returns what lacks a docstring, as `pipeline/vision: mixup`. */
export function undocumented(root: string): readonly string[] {
  const api = readEntryPoints(root);
  return ENTRY_POINTS.flatMap(({ name, module }) =>
    (api.get(module) ?? []).filter(({ description }) => description === '').map((each) => `${name}: ${each.name}`),
  );
}

interface Group {
  readonly title: string;
  readonly exports: readonly ApiExport[];
}

const OTHER = 'Other';

function grouped({ groups }: EntryPoint, exports: readonly ApiExport[]): readonly Group[] {
  const titleOf = ({ file }: ApiExport) => {
    const path = file.replace(/^src\//, '').replace(/\.ts$/, '');
    const found = Object.entries(groups).find(([folder]) => path === folder || path.startsWith(`${folder}/`));
    return found?.[1] ?? OTHER;
  };
  // What is called comes before the types that it takes.
  const sorted = [...exports.filter(isValue), ...exports.filter((each) => !isValue(each))];
  return [...new Set([...Object.values(groups), OTHER])]
    .map((title) => ({ title, exports: sorted.filter((each) => titleOf(each) === title) }))
    .filter((group) => group.exports.length > 0);
}

function isValue({ name }: ApiExport): boolean {
  return /^[a-z]/.test(name);
}

/** Name of an export → page and anchor. */
function targetsOf(draft: Draft): readonly (readonly [string, string])[] {
  const { entry, groups } = draft;
  const page = partsOf(draft, () => undefined).join('\n\n');
  const anchors = [...anchorsIn(page)];
  // The heading of the page, then that of each group before those of its exports.
  const headings = [undefined, ...groups.flatMap(({ exports }) => [undefined, ...exports.map(({ name }) => name)])];
  return headings.flatMap((name, index) =>
    name === undefined ? [] : [[name, `${entry.page}#${anchors[index] ?? ''}`] as const],
  );
}

function linkTo(entry: EntryPoint, targets: ReadonlyMap<string, string>, name: string): string | undefined {
  const target = targets.get(name);
  const [page = '', anchor] = target?.split('#') ?? [];
  return target && `${page === entry.page ? '' : basename(page)}#${anchor}`;
}

type Link = (name: string) => string | undefined;

function partsOf({ entry, groups, elsewhere }: Draft, link: Link): readonly string[] {
  const types = elsewhere.map((name) => linked(code(name), link)).join(', ');
  return [
    `# Reference: ${entry.name}`,
    entry.introduction,
    types === '' ? '' : `It also exports the types ${types}.`,
    ...groups.flatMap(({ title, exports }) => [`## ${title}`, ...exports.flatMap((each) => exportParts(each, link))]),
  ];
}

function exportParts({ name, description, tags, declaration, members }: ApiExport, link: Link): readonly string[] {
  return [
    `### ${name}`,
    declaration === '' ? '' : `\`\`\`ts no-run\n${declaration}\n\`\`\``,
    description,
    tags.map((tag) => `- ${tagText(tag)}`).join('\n'),
    members.length === 0 ? '' : memberTable(members, link),
  ];
}

function tagText({ name, text }: ApiTag): string {
  const [parameter = '', ...words] = text.split(/\s+/);
  return name === 'param'
    ? `\`${parameter}\`: ${words.join(' ').replace(/^- /, '')}`
    : `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${text}`;
}

function memberTable(members: readonly ApiMember[], link: Link): string {
  return markdownTable(
    ['member', 'type', 'meaning'],
    members.map(({ name, type, description, tags }) => [
      code(name),
      linked(code(type), link),
      [description, ...tags.map(tagText)].join(' '),
    ]),
  );
}

function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll(/\s+/g, ' ')}\``;
}

/** Turns the name of each type that has a target into a link, which cannot be inside a code span. */
function linked(span: string, link: Link): string {
  const replaced = span.replaceAll(/\b[A-Z]\w*\b/g, (name) => {
    const target = link(name);
    return target === undefined ? name : `\`[\`${name}\`](${target})\``;
  });
  return replaced.replaceAll('``', '');
}
