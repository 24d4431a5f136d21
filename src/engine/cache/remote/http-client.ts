import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Blob, Sink } from './driver.ts';
import { RemoteError } from './driver.ts';
import { failureOf } from './http-failures.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Pick<Blob, 'bytes' | 'open'>;
  /** Gets the body of an answer with a status from 200 to 299. */
  readonly sink?: Sink;
  /** The length that the body of the answer must have. */
  readonly expected?: number;
}

export interface HttpOptions {
  /** How long nothing may arrive or leave, in milliseconds. */
  readonly idle: number;
  readonly signal: AbortSignal;
}

/** As many as S3 clients use. */
const CONNECTIONS = 16;
const MOST_REDIRECTS = 3;
/** From this size on, a body is sent only if the server wants it. */
const LARGE = 1 << 20;
/** How long a server that knows nothing of this is waited for, in milliseconds. */
const LONGEST_WAIT = 1000;
/** Headers that prove who asks. */
const CREDENTIALS = ['authorization', 'cookie', 'x-amz-security-token'];
/** The part of an error's text that is kept: servers say there what they object to. */
const MOST_TEXT = 2000;

/** Sends requests over connections that stay open. Nothing that it throws contains a header. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS }),
  };

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Returns the status of the answer: 200 to 299, or one of `expected`. Rejects with a `RemoteError` otherwise. */
  async send(request: HttpRequest, expected: readonly number[] = []): Promise<number> {
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#exchange(request);
      const { statusCode: status = 0, headers } = answer;
      if (status >= 200 && status < 300) {
        await this.#receive(answer, request);
        return status;
      }
      const text = await excerptOf(answer);
      if (expected.includes(status)) return status;
      if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
        throw failureOf(status, headers['retry-after'], text, request.method);
      if (redirects === MOST_REDIRECTS) throw new RemoteError(`more than ${MOST_REDIRECTS} redirects`);
      request = redirected(request, headers.location);
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #exchange({ method, url, headers, body }: HttpRequest): Promise<IncomingMessage> {
    const { idle, signal } = this.#options;
    const isSecure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(signal.aborted ? signal.reason : connectionError(error, url));
      const options = {
        method,
        signal,
        agent: this.#agents[isSecure ? 'https:' : 'http:'],
        // A compressed answer would have another length and another digest.
        headers: { 'accept-encoding': 'identity', ...headers, ...bodyHeaders(body) },
      };
      const sent = (isSecure ? requestHttps : requestHttp)(url, options, resolve);
      sent.on('error', fail);
      sent.setTimeout(idle, () => sent.destroy(new Error(`no response within ${idle / 1000} s`)));
      if (body !== undefined && body.bytes > LARGE) writeWhenAsked(sent, body);
      else write(sent, body);
    });
  }

  async #receive(answer: IncomingMessage, { sink, expected, url }: HttpRequest): Promise<void> {
    if (sink === undefined) {
      answer.resume();
      return;
    }
    const length = Number(answer.headers['content-length'] ?? expected);
    if (expected !== undefined && length !== expected) {
      answer.destroy();
      throw new RemoteError(`the answer has ${length} bytes; expected ${expected}`, { retry: true, single: true });
    }
    try {
      for await (const chunk of answer) await sink(chunk as Buffer);
    } catch (error) {
      if (this.#options.signal.aborted) throw this.#options.signal.reason;
      throw (error as NodeJS.ErrnoException).code === undefined ? error : connectionError(error as Error, url);
    } finally {
      answer.destroy();
    }
  }
}

function bodyHeaders(body: HttpRequest['body']): Readonly<Record<string, string | number>> {
  if (body === undefined) return {};
  return { 'content-length': body.bytes, ...(body.bytes > LARGE && { expect: '100-continue' }) };
}

/**
 * Sends the body once the server wants it. One that refuses it at once would otherwise close the connection while the
 * body is on its way, and its answer would be lost. Not every server answers that it wants the body.
 */
function writeWhenAsked(sent: ClientRequest, body: HttpRequest['body']): void {
  const start = () => {
    clearTimeout(timer);
    if (!sent.writableEnded && !sent.destroyed) write(sent, body);
  };
  const timer = setTimeout(start, LONGEST_WAIT);
  sent.once('continue', start);
  for (const end of ['response', 'close']) sent.once(end, () => clearTimeout(timer));
}

function write(sent: ClientRequest, body: HttpRequest['body']): void {
  const content = body?.open();
  if (content === undefined || content instanceof Uint8Array) sent.end(content);
  // A failure to read the file destroys the request, and the request reports it.
  else pipeline(content, sent).catch((error: Error) => sent.destroy(error));
}

/** Only what is read is repeated elsewhere. Another server does not get the credentials. */
function redirected(request: HttpRequest, location: string): HttpRequest {
  const url = new URL(location, request.url);
  if (request.method === 'PUT')
    throw new RemoteError(`the server redirects uploads to ${url.origin}`, { advice: 'Use that address.' });
  if (url.protocol !== 'https:' && (request.url.protocol === 'https:' || url.protocol !== 'http:'))
    throw new RemoteError(`the server redirects to ${url.protocol}, which is not encrypted`);
  const headers = Object.entries(request.headers).filter(([name]) => !CREDENTIALS.includes(name.toLowerCase()));
  return url.origin === request.url.origin
    ? { ...request, url }
    : { ...request, url, headers: Object.fromEntries(headers) };
}

/** An error of the connection says how it failed and with whom. */
function connectionError(error: Error, url: URL): RemoteError {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nothing answers at ${url.host}`,
    ENOTFOUND: `there is no host ${url.hostname}`,
    EAI_AGAIN: `the name ${url.hostname} cannot be resolved at the moment`,
    ECONNRESET: 'the connection was closed in the middle of a transfer',
    EPIPE: 'the connection was closed in the middle of a transfer',
  };
  const advice = code?.startsWith('CERT') || code?.includes('SELF_SIGNED') ? 'Set NODE_EXTRA_CA_CERTS.' : undefined;
  const what = error instanceof RemoteError ? message : (words[code ?? ''] ?? message);
  return new RemoteError(what, { retry: true, ...(advice && { advice }) });
}

/** Returns the beginning of an error's text. */
async function excerptOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of answer) {
      text += String(chunk);
      if (text.length > MOST_TEXT) break;
    }
  } catch {
    // The status says enough.
  }
  answer.destroy();
  return text.slice(0, MOST_TEXT);
}
