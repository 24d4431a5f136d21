import { type Digest, sha256 } from '../../fingerprint/digest.ts';
import {
  type ActionPlace,
  type Blob,
  collect,
  MOST_ACTION_BYTES,
  measured,
  type RemoteDriver,
  type Sink,
} from './driver.ts';
import { HttpClient, type HttpOptions, type HttpRequest } from './http-client.ts';

/** Returns the headers with which a request is sent. */
export type Sign = (
  request: Pick<HttpRequest, 'method' | 'url' | 'headers'>,
  payload: Digest | undefined,
) => Promise<Readonly<Record<string, string>>>;

interface Protocol {
  readonly base: URL;
  /** The path of an action below `base`. */
  readonly actionPath: (place: ActionPlace) => string;
  readonly sign: Sign;
}

/** Answers to `If-None-Match: *` by which a server says that it has an object, or is just getting it. */
const PRESENT = [409, 412];
/** Answers of servers that do not know conditional requests. */
const UNCONDITIONAL = [501];

/** Speaks to the `/ac/` and `/cas/` of an HTTP server: GET, HEAD and PUT. */
export class HttpDriver implements RemoteDriver {
  readonly shown: string;
  readonly #protocol: Protocol;
  readonly #client: HttpClient;
  #isConditional = true;

  constructor(shown: string, protocol: Protocol, options: HttpOptions) {
    this.shown = shown;
    this.#protocol = protocol;
    this.#client = new HttpClient(options);
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.#send('HEAD', blobPath(digest), {}, [404])) !== 404;
  }

  async get(digest: Digest, bytes: number, sink: Sink): Promise<boolean> {
    const exact = measured(bytes, sink);
    const status = await this.#send('GET', blobPath(digest), { sink: exact.sink, expected: bytes }, [404]);
    if (status === 404) return false;
    exact.end();
    return true;
  }

  async put(blob: Blob): Promise<void> {
    await this.#put(blobPath(blob.digest), blob, true);
  }

  getAction(place: ActionPlace): Promise<Uint8Array | undefined> {
    const path = this.#protocol.actionPath(place);
    return collect(async (sink) => (await this.#send('GET', path, { sink }, [404])) !== 404, MOST_ACTION_BYTES);
  }

  async putAction(place: ActionPlace, bytes: Uint8Array, replace: boolean): Promise<void> {
    const body = { digest: sha256(bytes), bytes: bytes.length, open: () => bytes };
    await this.#put(this.#protocol.actionPath(place), body, !replace);
  }

  close(): void {
    this.#client.close();
  }

  async #put(path: string, body: Blob, ifAbsent: boolean): Promise<void> {
    const isConditional = ifAbsent && this.#isConditional;
    const status = await this.#send('PUT', path, { body }, isConditional ? [...PRESENT, ...UNCONDITIONAL] : [], {
      'content-type': 'application/octet-stream',
      ...(isConditional && { 'if-none-match': '*' }),
    });
    if (!UNCONDITIONAL.includes(status)) return;
    this.#isConditional = false;
    await this.#put(path, body, false);
  }

  async #send(
    method: HttpRequest['method'],
    path: string,
    parts: { readonly body?: Blob; readonly sink?: Sink; readonly expected?: number },
    expected: readonly number[],
    plain: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const { base, sign } = this.#protocol;
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/$/, '')}/${path}`;
    const headers = await sign({ method, url, headers: plain }, parts.body?.digest);
    return this.#client.send({ method, url, headers, ...parts }, expected);
  }
}

function blobPath(digest: Digest): string {
  return `cas/${digest}`;
}

/** Opens a cache as Bazel's remote caches speak it. `credentials`: the value of the header Authorization. */
export function httpDriver(url: URL, credentials: string | undefined, options: HttpOptions): HttpDriver {
  const base = new URL(url);
  base.username = '';
  base.password = '';
  base.search = '';
  const sign: Sign = async ({ headers }) => (credentials ? { ...headers, authorization: credentials } : headers);
  // Servers accept nothing but a digest in 64 digits below /ac/; the scope is in it.
  return new HttpDriver(base.href, { base, actionPath: ({ key }) => `ac/${key}`, sign }, options);
}
