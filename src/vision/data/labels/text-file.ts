import { isUtf8 } from 'node:buffer';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readBytes } from '../../../shared/read-file.ts';
import type { Finding } from './findings.ts';

/** A text file that people edit, decoded. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
  /** The lines that are not valid UTF-8; `text` has U+FFFD there. */
  readonly findings: readonly Finding[];
}

/** The name of a file in messages, and the advice if it cannot be read. */
export interface Naming {
  readonly name: string;
  readonly advice: string;
}

export const LABEL_FILE: Naming = {
  name: 'the label file',
  advice: 'Set the input "dataset" to the folder of the data set, or the param "annotations" to the label file in it.',
};

const SAVE_AS_UTF8 = 'Save it as CSV in UTF-8; spreadsheets call this format "CSV UTF-8".';
/** Matches the line ends of all systems, which may be mixed in one file. */
export const LINE_END = /\r\n|\n|\r/g;

/** Reads a text file in UTF-8, with or without a byte order mark. Each line in another encoding becomes a finding. */
export async function readTextFile(path: string, { name, advice }: Naming): Promise<Result<TextFile>> {
  const read = readBytes(path, 'labelFile', 'follow');
  if (!read.ok) return problem(`cannot read ${name}: ${read.failure.reason}`, { at: { file: path }, advice });
  const bytes = read.value;
  const format = otherFormat(bytes);
  if (format !== undefined) return problem(`${name} is ${format}`, { at: { file: path }, advice: SAVE_AS_UTF8 });
  return success({ path, text: new TextDecoder().decode(bytes), findings: linesInOtherEncodings(bytes, path) });
}

/** Names the format of bytes that are not a text file in an encoding that extends ASCII. */
function otherFormat(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 4);
  if (/^(\xff\xfe|\xfe\xff)/.test(start)) return 'in UTF-16, not UTF-8';
  if (start === 'PK\x03\x04') return 'a spreadsheet or another zip archive, not a text file';
  return bytes.includes(0) ? 'not a UTF-8 text file: it contains zero bytes' : undefined;
}

function linesInOtherEncodings(bytes: Buffer, file: string): Finding[] {
  if (isUtf8(bytes)) return [];
  // In Latin-1 each byte is one character, so decoding loses nothing.
  const lines = bytes.toString('latin1').split(LINE_END);
  return lines.flatMap((text, index) => {
    const line = Buffer.from(text, 'latin1');
    return isUtf8(line) ? [] : [otherEncoding(line, file, index + 1)];
  });
}

function otherEncoding(line: Buffer, file: string, number: number): Finding {
  const column = new TextDecoder().decode(line).indexOf('\uFFFD') + 1;
  const message = 'this line is not valid UTF-8; it may be Latin-1, GBK or Shift JIS';
  const at = { file, line: number, column };
  return { kind: 'lines that are not UTF-8', message, at, advice: SAVE_AS_UTF8 };
}
