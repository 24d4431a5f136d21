/** A system call as strace has recorded it. */
export interface SystemCall {
  /** The id of the thread, which for the first one is that of the process. */
  readonly thread: number;
  readonly name: string;
  /** As strace writes them: `AT_FDCWD</tmp>`, `"data.csv"`, `O_RDONLY|O_CLOEXEC`. */
  readonly args: readonly string[];
  /** As strace writes it: `3</tmp/data.csv>`, `0`, `-1 ENOENT (No such file or directory)`. */
  readonly result: string;
}

const UNFINISHED = ' <unfinished ...>';

/** Reads the lines of a log of `strace -f -y`. Puts together the calls that others have interrupted. */
export class SystemCallReader {
  readonly #unfinished = new Map<string, string>();

  /** Returns the call that this line completes, if it completes one. */
  read(line: string): SystemCall | undefined {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith(UNFINISHED)) {
      this.#unfinished.set(thread, text.slice(0, -UNFINISHED.length));
      return undefined;
    }
    const [resumed] = /^<\.\.\. \w+ resumed>/.exec(text) ?? [];
    if (resumed === undefined) return parseCall(Number(thread), text);
    const begun = this.#unfinished.get(thread) ?? '';
    this.#unfinished.delete(thread);
    return parseCall(Number(thread), begun + text.slice(resumed.length));
  }
}

function parseCall(thread: number, text: string): SystemCall | undefined {
  const [, name] = /^(\w+)\(/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const args: string[] = [];
  let start = name.length + 1;
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') at = endOfQuoted(text, at, '"');
    else if (char === '<' && /[\dD]/.test(text[at - 1] ?? '')) at = endOfQuoted(text, at, '>');
    else if ('([{'.includes(char)) depth++;
    else if (depth > 0 && ')]}'.includes(char)) depth--;
    else if (depth === 0 && (char === ',' || char === ')')) {
      args.push(text.slice(start, at).trim());
      start = at + 1;
      if (char === ')') return { thread, name, args, result: text.slice(start).replace(/^ *= /, '') };
    }
  }
  return undefined;
}

/** Returns where a text that begins at `at` with a quote ends: a path or a string, in which quotes are escaped. */
function endOfQuoted(text: string, at: number, quote: string): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === quote) return end;
  }
  return text.length;
}

/** Returns the text of an argument in quotes; nothing for other arguments. */
export function quotedText(argument: string): string | undefined {
  const [, text] = /^"(.*)"(\.\.\.)?$/s.exec(argument) ?? [];
  return text === undefined ? undefined : unescaped(text);
}

/** Returns the path of a descriptor: `/tmp` for `AT_FDCWD</tmp>`; nothing if it has none. */
export function descriptorPath(argument: string): string | undefined {
  const [, path] = /^(?:AT_FDCWD|\d+)<(\/.*)>(?:\(deleted\))?$/s.exec(argument) ?? [];
  return path === undefined ? undefined : unescaped(path);
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

/** strace writes the bytes that are no printable ASCII as octal numbers. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = [...text.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\]+)/gs)].flatMap(([, octal, letter, plain]) => {
    if (octal !== undefined) return [Number.parseInt(octal, 8)];
    if (letter !== undefined) return [ESCAPES[letter] ?? letter.charCodeAt(0)];
    return [...Buffer.from(plain ?? '')];
  });
  return Buffer.from(bytes).toString();
}
