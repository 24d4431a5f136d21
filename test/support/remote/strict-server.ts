import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { onTestFinished } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';

/** Answers a request instead of the server, if it returns true. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * An HTTP cache with the rules of bazel-remote, which cannot be installed everywhere: what it accepts, bazel-remote does.
 *
 * - Keys are 64 lower-case hexadecimal digits, below `/cas/` or `/ac/`; what comes before is ignored.
 * - A blob has to have its digest, and an action has to be a valid `ActionResult`.
 * - An action is returned only while every blob that it names is there.
 * - An upload needs a Content-Length.
 */
export class StrictServer {
  readonly blobs = new Map<string, Buffer>();
  readonly actions = new Map<string, Buffer>();
  /** `METHOD /path` of each request. */
  readonly requests: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  intercept: Intercept = () => false;
  readonly #http: Server;

  private constructor() {
    this.#http = createServer((request, response) => this.#answer(request, response));
  }

  static async start(atEnd: (cleanUp: () => void) => void = onTestFinished): Promise<StrictServer> {
    const server = new StrictServer();
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    atEnd(() => {
      server.#http.closeAllConnections();
      server.#http.close();
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/cache`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.requests.push(`${method} ${url}`);
    this.headers.push(headers);
    if (this.intercept(request, response)) return;
    const [, kind, key] = /\/(cas|ac)\/([0-9a-f]{64})$/.exec(url) ?? [];
    if (kind === undefined || key === undefined) refuse(request, response, 400);
    else if (method === 'PUT') this.#put(request, response, kind, key);
    else {
      const found = kind === 'cas' ? this.blobs.get(key) : this.#complete(this.actions.get(key));
      if (found === undefined) refuse(request, response, 404);
      else {
        response.writeHead(200, { 'content-length': found.length });
        response.end(method === 'HEAD' ? undefined : found);
      }
    }
  }

  #put(request: IncomingMessage, response: ServerResponse, kind: string, key: string): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isValid = kind === 'cas' ? sha256(body) === key : digestsIn(body) !== undefined;
      if (request.headers['content-length'] === undefined) refuse(request, response, 411);
      else if (!isValid) refuse(request, response, 400);
      else {
        (kind === 'cas' ? this.blobs : this.actions).set(key, body);
        response.writeHead(200).end();
      }
    });
  }

  #complete(action: Buffer | undefined): Buffer | undefined {
    if (action === undefined) return undefined;
    return digestsIn(action)?.every((digest) => this.blobs.has(digest)) ? action : undefined;
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume();
  response.writeHead(status).end();
}

/** Returns the digests of the output files of an `ActionResult`; nothing if the message is none. */
function digestsIn(message: Uint8Array): string[] | undefined {
  try {
    const reader = new BinaryReader(message);
    const digests: string[] = [];
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field !== 2 || type !== 2) return undefined;
      const file = new BinaryReader(reader.bytes());
      let [path, digest] = ['', ''];
      while (file.pos < file.len) {
        const [part] = file.tag();
        if (part === 1) path = file.string();
        else {
          const hash = new BinaryReader(file.bytes());
          hash.tag();
          digest = hash.string();
        }
      }
      if (path === '' || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
      digests.push(digest);
    }
    return digests.length > 0 ? digests : undefined;
  } catch {
    return undefined;
  }
}
