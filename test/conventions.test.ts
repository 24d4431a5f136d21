import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** All files below a folder of the repository, relative to its root. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** Runs a tool of `node_modules`, and returns what it says if it finds anything. */
function findingsOf(program: string, ...args: string[]): string {
  const options = { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } } as const;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', program), ...args],
    options,
  );
  return status === 0 ? '' : `${stdout}${stderr}`;
}

// Biome's limits are in biome.json. None of these rules has an exception.
test('no file has more than 250 lines, no function outside the tests more than 70, and no imports form a cycle', () => {
  const rules = [
    'style/noExcessiveLinesPerFile',
    'complexity/noExcessiveLinesPerFunction',
    'suspicious/noImportCycles',
  ].map((rule) => `--only=${rule}`);
  expect(findingsOf('@biomejs/biome/bin/biome', 'lint', '.', ...rules, '--diagnostic-level=error')).toBe('');
});

test('no comment switches a lint rule off', () => {
  const suppression = new RegExp(['biome-ignore', '(-all|-start)? lint'].join(''));
  const files = ['src', 'stages', 'scripts', 'bench', 'examples', 'test'].flatMap(filesBelow);
  const code = files.filter((file) => /\.[jt]s$/.test(file));
  expect(code.filter((file) => suppression.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});

/** The folders whose files are ours, and those of the root. */
const FOLDERS = [
  'src',
  'stages',
  'scripts',
  'bench',
  'examples',
  'test',
  'docs',
  '.github',
  '.devcontainer',
  '.githooks',
];

function everyFile(): string[] {
  const inRoot = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile());
  return [
    ...inRoot.map(({ name }) => name).filter((name) => !name.endsWith('.log')),
    ...FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap(filesBelow),
  ].filter((file) => !/^bench\/\.(built|peers)\//.test(file));
}

// English terminals and manuals quote with "straight quotes" and `backticks`, and nobody greps for what they cannot type.
test('no file has a guillemet', () => {
  const found = everyFile().flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    // A picture, or a file of Keras.
    if (text.includes('\0')) return [];
    return text
      .split('\n')
      .flatMap((line, index) => (/[\u00ab\u00bb]/.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
  });
  expect(found).toEqual([]);
});

/** What writes to stdout and stderr. */
const WRITERS: Readonly<Record<string, string>> = {
  'src/engine/inspect/terminal-pictures.ts': 'sends pictures as base64, and asks the terminal whether it shows them',
  'src/engine/report/live-lines.ts': 'moves the cursor, and makes visible what it is given',
  'src/shared/text/output.ts': 'makes what comes from outside visible',
  'src/shared/text/progress-line.ts': 'redraws a line, with a label that it makes visible itself',
};

test('text gets to a terminal only through functions that make everything in it visible', () => {
  const writing = /process\.std(out|err)\.write|\bstream\.write\(|console\.(log|error|warn)/;
  const found = ['src/engine', 'src/shared', 'src/vision'].flatMap(filesBelow).filter((file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    // The program that `pipeline setup` starts prints a version for it to read.
    return lines.some((line) => writing.test(line) && !line.includes('TF_Version'));
  });
  expect(found.sort()).toEqual(Object.keys(WRITERS));
});

// What is exempt, and why, stands in knip.jsonc.
test('every file, export and dependency is used', () => {
  expect(findingsOf('knip/bin/knip.js', '--no-progress')).toBe('');
});

/** The deepest folders are `src/HALF/PART/SUBPART`, but for these. */
const DEEPER: Readonly<Record<string, string>> = {
  'src/engine/cli/completion/scripts':
    'not modules of ours, but programs of three shells, which are copied as they are',
};

test('folders are no deeper than src/HALF/PART/SUBPART', () => {
  const folders = new Set(filesBelow('src').map(dirname));
  const deeper = [...folders].filter((folder) => folder.split('/').length > 4);
  expect(deeper).toEqual(Object.keys(DEEPER));
});

/** Names of what only the vision half and the FashionAI pipeline know. */
const FOREIGN_TO_THE_ENGINE = [
  ...['tensorflow', 'tfjs', 'keras'],
  // The data set and what its stages make.
  ...['fashion', 'garment', 'quarantine'],
  // `coat` of `coat_length`, `neckline` of `neckline_design`: what its tasks are about.
  ...readdirSync(join(ROOT, 'src/demo/tasks')).map((file) => `\\b${file.split('-', 1)[0]}`),
];

test('the engine names neither TensorFlow nor anything of the FashionAI pipeline', () => {
  const foreign = new RegExp(FOREIGN_TO_THE_ENGINE.join('|'), 'i');
  const found = filesBelow('src/engine').flatMap((file) => {
    const lines = [file, ...readFileSync(join(ROOT, file), 'utf8').split('\n')];
    return lines.flatMap((line, number) => (foreign.test(line) ? [`${file}:${number}: ${line.trim()}`] : []));
  });
  expect(found).toEqual([]);
});
