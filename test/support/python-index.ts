import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { onTestFinished, vi } from 'vitest';
import { whole } from './file-server.ts';

/** Distribution → filename → content. */
type Files = Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A simple index of Python packages on this machine, which pip's settings name until the test ends. */
export class PythonIndex {
  /** The paths that were asked for, with the range and the user if any, and in full for a proxy. */
  readonly asked: string[] = [];
  /** Answers instead of sending a file: one after the other. */
  readonly instead: Answer[] = [];
  readonly #files: Files;
  readonly #format: 'json' | 'html';
  #port = 0;

  private constructor(files: Files, format: 'json' | 'html') {
    this.#files = files;
    this.#format = format;
  }

  static async start(files: Files, format: 'json' | 'html' = 'json'): Promise<PythonIndex> {
    const index = new PythonIndex(files, format);
    const http = createServer((request, response) => index.#answer(request, response));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    index.#port = (http.address() as AddressInfo).port;
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    useIndex(index.url);
    return index;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `http://${this.host}/simple/`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { range, authorization } = request.headers;
    this.asked.push([request.url, range, authorization].filter(Boolean).join(' '));
    const [, kind, name = ''] = new URL(request.url ?? '', this.url).pathname.split('/');
    if (kind === 'files') {
      const content = Object.values(this.#files).find((files) => name in files)?.[name];
      const answer = this.instead.shift() ?? (content === undefined ? undefined : whole(content, '"1"'));
      if (answer !== undefined) {
        answer(request, response);
        return;
      }
    }
    const files = this.#files[name];
    if (files === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [type, page] = this.#format === 'json' ? jsonPage(files) : htmlPage(files);
    response.writeHead(200, { 'content-type': type }).end(page);
  }
}

/** Makes pip's settings name this index and nothing else of the machine that the test runs on. */
export function useIndex(url: string): void {
  for (const name of ['PIP_FIND_LINKS', 'PIP_EXTRA_INDEX_URL', 'PIP_NO_INDEX', 'PIP_PROXY'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
  vi.stubEnv('PIP_INDEX_URL', url);
}

function jsonPage(files: Readonly<Record<string, Buffer>>): [string, string] {
  const listed = Object.entries(files).map(([filename, content]) => ({
    filename,
    url: `../../files/${filename}`,
    hashes: { sha256: sha256(content) },
  }));
  return ['application/vnd.pypi.simple.v1+json', JSON.stringify({ files: listed })];
}

function htmlPage(files: Readonly<Record<string, Buffer>>): [string, string] {
  const links = Object.entries(files).map(
    ([filename, content]) => `<a href="/files/${filename}#sha256=${sha256(content)}">${filename}</a><br>`,
  );
  return ['text/html', `<!DOCTYPE html><html><body>\n${links.join('\n')}\n</body></html>`];
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A wheel with these files; those of `executable` with the permission to be executed. */
export function wheel(files: Readonly<Record<string, string>>, executable: readonly string[] = []): Buffer {
  const entries: Zippable = {};
  for (const [name, text] of Object.entries(files)) {
    const mode = executable.includes(name) ? 0o755 : 0o644;
    // Long ones compressed, short ones stored: wheels have both.
    entries[name] = [strToU8(text), { os: 3, attrs: mode << 16, level: text.length > 50 ? 6 : 0 }];
  }
  return Buffer.from(zipSync(entries));
}
