import type { Place, Problem } from '../../shared/problem.ts';
import { type CommandTemplate, parseTemplate, type TemplatePart } from './command-template.ts';
import type { CommandDeclaration } from './declaration.ts';
import { type CommandNames, placeholderFault } from './placeholder-fault.ts';
import { quotedPlaceholders, wordsOfScript } from './shell-script.ts';
import type { YamlPath } from './source.ts';
import { splitWords, type WordFault } from './split-words.ts';

/** A word of a command, with the place where it is written. */
export interface WrittenWord {
  /** With its placeholders. */
  readonly text: string;
  readonly at: Place;
}

/** What a stage runs that has a command instead of a module. */
export interface Command {
  readonly template: CommandTemplate;
  /** As messages show it: in one line. */
  readonly written: string;
  readonly at: Place;
  /** The words of `template`; of a script, those that may be names of files. */
  readonly words: readonly WrittenWord[];
  /** The command that prints the version of the program, if that is part of the action key. */
  readonly version?: { readonly words: readonly string[]; readonly at: Place };
}

/** Returns places in a stage of the pipeline file. */
export interface CommandPlaces {
  value(path: YamlPath): Place;
  /** Returns the places of parts of the text at `path`, which occur in this order; undefined if it is written otherwise. */
  parts(path: YamlPath, parts: readonly string[]): readonly (Place | undefined)[];
}

/** Returns the command of a stage with the places of its words, and reports what is wrong with it. */
export function resolveCommand(
  declared: CommandDeclaration,
  names: CommandNames,
  places: CommandPlaces,
  problems: Problem[],
): Command {
  const { command, shell = false } = declared;
  const version = versionOf(declared, places, problems);
  const common = { written: inOneLine(command), at: places.value(['command']), ...(version && { version }) };
  if (!shell) {
    const words = readWords(command, ['command'], places, problems);
    for (const word of words) problems.push(...placeholderProblems(word, names));
    return { ...common, template: words.map(({ text }) => text), words: words.map(toWritten) };
  }
  if (typeof command === 'string') return { ...common, ...readScript(command, names, places, problems) };
  problems.push({
    message: 'a shell takes its command as one text, but this is a list',
    at: places.value(['command']),
    advice: 'Write one text, or remove `shell: true`.',
  });
  return { ...common, template: [], words: [] };
}

function versionOf({ version }: CommandDeclaration, places: CommandPlaces, problems: Problem[]): Command['version'] {
  if (version === undefined) return undefined;
  const words = readWords(version, ['version'], places, problems);
  for (const { parts, at } of words) {
    if (parts.every(({ kind }) => kind === 'text')) continue;
    problems.push({
      message: 'a command that prints a version has no placeholders',
      at,
      advice: 'Write it without {…}; {{ stands for a brace.',
    });
  }
  return { words: words.map(({ parts }) => parts.map(textOf).join('')), at: places.value(['version']) };
}

function textOf(part: TemplatePart): string {
  return part.kind === 'text' ? part.text : part.kind === 'invalid' ? part.raw : part.placeholder.raw;
}

interface ReadWord extends WrittenWord {
  /** As it is written, with its quotes; undefined if it has no place of its own. */
  readonly raw: string | undefined;
  readonly parts: readonly TemplatePart[];
}

function toWritten({ text, at }: ReadWord): WrittenWord {
  return { text, at };
}

function readWords(
  written: string | readonly string[],
  path: YamlPath,
  places: CommandPlaces,
  problems: Problem[],
): ReadWord[] {
  const words =
    typeof written === 'string' ? readText(written, path, places, problems) : readList(written, path, places);
  if ((words[0]?.text ?? '') === '') {
    problems.push({
      message: 'the command names no program',
      at: places.value(path),
      advice: 'Begin with one: python scripts/features.py',
    });
  }
  return words;
}

function readList(words: readonly string[], path: YamlPath, places: CommandPlaces): ReadWord[] {
  return words.map((text, index) => {
    const [at] = places.parts([...path, index], [text]);
    return { text, at: at ?? places.value([...path, index]), raw: at && text, parts: parseTemplate(text) };
  });
}

function readText(text: string, path: YamlPath, places: CommandPlaces, problems: Problem[]): ReadWord[] {
  const words = splitWords(text);
  const found = places.parts(
    path,
    words.map(({ raw }) => raw),
  );
  return words.map((word, index): ReadWord => {
    const at = found[index];
    const place = at ?? places.value(path);
    if (word.fault !== undefined) problems.push({ ...word.fault, at: place });
    return { text: word.text, at: place, raw: at && word.raw, parts: parseTemplate(word.text) };
  });
}

/** Reports the placeholders of a word that refer to nothing. */
function placeholderProblems({ at, raw, parts }: ReadWord, names: CommandNames): Problem[] {
  let offset = 0;
  return parts.flatMap((part): Problem[] => {
    if (part.kind === 'text') return [];
    const written = textOf(part);
    offset = Math.max(0, raw?.indexOf(written, offset) ?? 0);
    const fault = placeholderFault(part, names, parts.length === 1);
    const column = at.column === undefined || raw === undefined ? at.column : at.column + offset;
    const place = { ...at, ...(column !== undefined && raw !== undefined && { column, length: written.length }) };
    offset += written.length;
    return fault === undefined ? [] : [{ ...fault, at: place }];
  });
}

function readScript(
  script: string,
  names: CommandNames,
  places: CommandPlaces,
  problems: Problem[],
): Pick<Command, 'template' | 'words'> {
  const path = ['command'];
  const report = (parts: readonly string[], faultOf: (index: number) => WordFault | undefined) => {
    for (const [index, at] of places.parts(path, parts).entries()) {
      const fault = faultOf(index);
      if (fault !== undefined) problems.push({ ...fault, at: at ?? places.value(path) });
    }
  };
  const parts = parseTemplate(script).filter(({ kind }) => kind !== 'text');
  report(parts.map(textOf), (index) => {
    const part = parts[index];
    return part && placeholderFault(part, names, true);
  });
  report(quotedPlaceholders(script), () => ({
    message: 'this placeholder is within quotes, but its value gets quotes of its own',
    advice: 'Move it out of the quotes; "a "{params.NAME}" b" is one word for a shell, too.',
  }));
  const words = wordsOfScript(script);
  const found = places.parts(path, words);
  return {
    template: script.trim(),
    words: words.map((text, index): WrittenWord => ({ text, at: found[index] ?? places.value(path) })),
  };
}

function inOneLine(command: string | readonly string[]): string {
  return (typeof command === 'string' ? command : command.join(' ')).trim().replaceAll(/\s+/g, ' ');
}
