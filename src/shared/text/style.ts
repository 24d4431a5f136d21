import { inspect } from 'node:util';
import { visible } from './visible.ts';

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (format: Format, text: string) => string;

const fourDigits = () => String(Math.floor(Math.random() * 10_000));
/**
 * Marks the colours of this process. Text from outside cannot have the mark, which never gets out of it. It has the form
 * of parameters of a terminal's colour, so that it does not count when the width of a text is measured.
 */
const MARK = [fourDigits(), fourDigits(), fourDigits()].join(';');
const MARKED = new RegExp(`\\u001B\\[([\\d;:]*);${MARK}m`);

/** Returns a function that colours text on a terminal or with FORCE_COLOR, unless `--no-color` or NO_COLOR is set. */
export function painter(stream: { readonly isTTY?: boolean }, wanted: boolean, environment: NodeJS.ProcessEnv): Paint {
  const forced = (environment['FORCE_COLOR'] ?? '0') !== '0';
  const coloured = wanted && !environment['NO_COLOR'] && (forced || stream.isTTY === true);
  if (!coloured) return (_format, text) => text;
  return (format, text) => {
    const [begin, end] = inspect.colors[format] ?? [0, 0];
    return `${marked(String(begin))}${text}${marked(String(end))}`;
  };
}

/**
 * Returns text as it may reach a terminal: the colours that `painter` gave it are kept, and everything else in it that a
 * terminal would act on is made visible. All output passes through it.
 */
export function toTerminal(text: string): string {
  // The odd parts are the parameters of colours.
  return text
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visible(part) : `\u001B[${part}m`))
    .join('');
}

/** An escape sequence, complete or cut short, with one or two bytes at its beginning; the group is that of a colour. */
const SEQUENCE = new RegExp(
  [
    '(?:\\u001B\\[|\\u009B)(?:([\\d;:]*)m|[0-?]*[ -/]*[@-~]?)',
    // These have a text, such as the title of a window, and an end.
    '(?:\\u001B[\\]PX^_]|[\\u0090\\u0098\\u009D-\\u009F])[^\\u0007\\u001B\\u009C]*(?:\\u0007|\\u001B\\\\|\\u009C)?',
    '\\u001B[ -/]*[0-~]?',
  ].join('|'),
  'g',
);

/**
 * Returns the lines of what a stage has printed. Its colours are kept if `paint` colours, and end with their line; all
 * its other escape sequences, which could clear the screen or write to the clipboard, are removed.
 */
export function printedLines(text: string, paint: Paint): string[] {
  const coloured = paint('bold', '') !== '';
  return text.split(/\r\n|\n|\r/).map((line) => {
    let open = false;
    const kept = line.replaceAll(SEQUENCE, (_sequence, parameters: string | undefined) => {
      if (parameters === undefined || !coloured || isConcealing(parameters)) return '';
      open = true;
      return marked(parameters);
    });
    return open ? kept + marked('0') : kept;
  });
}

/** Whether a colour hides text. Its number 8 is also the number of a colour, after `38;5;`. */
function isConcealing(parameters: string): boolean {
  return /(^|;)0*8(;|$)/.test(parameters.replaceAll(/[345]8[;:]5[;:]\d+/g, ''));
}

function marked(parameters: string): string {
  return `\u001B[${parameters};${MARK}m`;
}
