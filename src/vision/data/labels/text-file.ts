import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import type { Finding } from './findings.ts';

/** A text file that people edit. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
  /** Where its bytes are no UTF-8. There the text has U+FFFD. */
  readonly findings: readonly Finding[];
}

/** What a file is called in messages, and what to do where it cannot be read at all. */
export interface Naming {
  readonly name: string;
  readonly advice: string;
}

const SAVE_AS_UTF8 = 'Save it as CSV in UTF-8, which spreadsheets call «CSV UTF-8».';
/** Lines end as on any system, mixed in one file too. */
export const LINE_END = /\r\n|\n|\r/g;

/** Reads a text file in UTF-8, with or without a byte order mark. Each line that is in another encoding is told. */
export async function readTextFile(path: string, { name, advice }: Naming): Promise<Result<TextFile>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return problem(`cannot read ${name}: ${reasonOf(error)}`, { at: { file: path }, advice });
  }
  const foreign = foreignFormat(bytes);
  if (foreign !== undefined) return problem(`${name} is ${foreign}`, { at: { file: path }, advice: SAVE_AS_UTF8 });
  return success({ path, text: new TextDecoder().decode(bytes), findings: linesInOtherEncodings(bytes, path) });
}

/** What it is instead of text in UTF-8 or something near to it. */
function foreignFormat(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 4);
  if (/^(\xff\xfe|\xfe\xff)/.test(start)) return 'in UTF-16, not in UTF-8';
  if (start === 'PK\x03\x04') return 'a spreadsheet or another zip archive, not a text file';
  return bytes.includes(0) ? 'no text file in UTF-8: it has zero bytes' : undefined;
}

function linesInOtherEncodings(bytes: Buffer, file: string): Finding[] {
  if (isUtf8(bytes)) return [];
  // In Latin-1 each byte is a character, and none is lost.
  const lines = bytes.toString('latin1').split(LINE_END);
  return lines.flatMap((text, index) => {
    const line = Buffer.from(text, 'latin1');
    return isUtf8(line) ? [] : [otherEncoding(line, file, index + 1)];
  });
}

function otherEncoding(line: Buffer, file: string, number: number): Finding {
  const column = new TextDecoder().decode(line).indexOf('\uFFFD') + 1;
  const message = 'this is not in UTF-8; perhaps it is Latin-1, GBK or Shift JIS';
  const at = { file, line: number, column };
  return { kind: 'lines in another encoding', message, at, advice: SAVE_AS_UTF8 };
}
