import { styleText } from 'node:util';

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (format: Format, text: string) => string;

/** Colours when a person reads along: on a terminal, and unless `--no-color` or NO_COLOR says otherwise. */
export function painter(stream: { readonly isTTY?: boolean }, wanted: boolean, environment: NodeJS.ProcessEnv): Paint {
  const forced = (environment['FORCE_COLOR'] ?? '0') !== '0';
  const coloured = wanted && !environment['NO_COLOR'] && (forced || stream.isTTY === true);
  // The text goes where `stream` leads, which styleText would judge by stdout.
  return coloured ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}
