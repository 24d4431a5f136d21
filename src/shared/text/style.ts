import { styleText } from 'node:util';

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (format: Format, text: string) => string;

/** Returns a function that colours text on a terminal or with FORCE_COLOR, unless `--no-color` or NO_COLOR is set. */
export function painter(stream: { readonly isTTY?: boolean }, wanted: boolean, environment: NodeJS.ProcessEnv): Paint {
  const forced = (environment['FORCE_COLOR'] ?? '0') !== '0';
  const coloured = wanted && !environment['NO_COLOR'] && (forced || stream.isTTY === true);
  // styleText would check stdout, but the text is written to `stream`.
  return coloured ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}
