import type { JsonObject } from '../../shared/json.ts';
import { type Placeholder, paramAt, type TemplatePart } from './command-template.ts';
import type { WordFault } from './split-words.ts';
import { suggestion } from './suggest.ts';

/** The names to which the placeholders of a command may refer. */
export interface CommandNames {
  readonly inputs: readonly string[];
  /** The inputs that are several paths. */
  readonly collected: readonly string[];
  readonly outputs: readonly string[];
  readonly params: JsonObject;
}

/** Returns what is wrong with a part of a command. `isWord`: whether it is a word of its own. */
export function placeholderFault(part: TemplatePart, names: CommandNames, isWord: boolean): WordFault | undefined {
  switch (part.kind) {
    case 'text':
      return undefined;
    case 'invalid':
      return notAPlaceholder(part.raw, names);
    case 'placeholder':
      return faultOf(part.placeholder, names, isWord);
    default:
      return part satisfies never;
  }
}

function notAPlaceholder(raw: string, names: CommandNames): WordFault {
  const name = raw.slice(1, -1).trim().split('.').at(-1) ?? '';
  const section = sectionWith(name, names);
  return {
    message: raw === '{' ? 'no placeholder begins with this brace' : `unknown placeholder ${raw}`,
    advice:
      section === undefined
        ? 'Write {inputs.NAME}, {outputs.NAME} or {params.NAME}; {{ stands for a brace.'
        : `Did you mean {${section}.${name}}?`,
  };
}

function sectionWith(name: string, { inputs, outputs, params }: CommandNames): string | undefined {
  if (inputs.includes(name)) return 'inputs';
  if (outputs.includes(name)) return 'outputs';
  return Object.hasOwn(params, name) ? 'params' : undefined;
}

function faultOf({ raw, section, path }: Placeholder, names: CommandNames, isWord: boolean): WordFault | undefined {
  const name = path.join('.');
  switch (section) {
    case 'inputs':
      if (!names.inputs.includes(name)) return unknown(raw, name, section, names.inputs);
      if (isWord || !names.collected.includes(name)) return undefined;
      return {
        message: `${raw} is several paths, so it can only be a word of its own`,
        advice: 'Put spaces around it, or read the paths from the JSON file that PIPELINE_INPUTS names.',
      };
    case 'outputs':
      return names.outputs.includes(name) ? undefined : unknown(raw, name, section, names.outputs);
    case 'params':
      if (path.length === 0 || paramAt(names.params, path) !== undefined) return undefined;
      return unknown(raw, path.at(-1) ?? '', section, keysOf(paramAt(names.params, path.slice(0, -1))));
    default:
      return section satisfies never;
  }
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function unknown(raw: string, name: string, section: string, known: readonly string[]): WordFault {
  const advice = known.length === 0 ? `The stage has none: add it to its \`${section}\`.` : suggestion(name, known);
  return { message: `unknown placeholder ${raw}`, advice };
}
