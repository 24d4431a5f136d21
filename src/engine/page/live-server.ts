import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often the server looks whether a run has changed, in milliseconds. */
const LOOK_MILLISECONDS = 1000;

/** What the server serves. */
export interface LiveSource {
  /** Returns the page about a run. Nothing if there is no such run, which is said in `problem`. */
  page(query: URLSearchParams): Promise<{ readonly html: string } | { readonly problem: string }>;
  /** Returns a text that differs whenever the page would. */
  state(query: URLSearchParams): string;
}

export interface LiveServer {
  /** With a random token: whoever else has an account on this machine cannot guess it. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves pages on the loopback interface only. Rejects with the system's error if the port cannot be used. */
export async function startLiveServer(source: LiveSource, port: number): Promise<LiveServer> {
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => void answer(request, response, source, token));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${actual}/${token}/`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Streams of events would keep it open.
    server.closeAllConnections();
  });
}

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  source: LiveSource,
  token: string,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, given = '', name] = pathname.split('/');
  // A page of another origin can send requests here under a name of its own (DNS rebinding).
  const isLocal = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
  if (!isLocal || !isToken(given, token) || name === undefined) return end(response, 404, 'There is nothing here.');
  if (request.method !== 'GET') return end(response, 405, 'Only GET is answered.');
  if (name === 'events') return follow(request, response, () => source.state(searchParams));
  if (name !== '') return end(response, 404, 'There is nothing here.');
  try {
    const page = await source.page(searchParams);
    if ('problem' in page) return end(response, 404, page.problem);
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(page.html);
  } catch (error) {
    end(response, 500, `The page cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isToken(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** Sends an event whenever the state is another one. */
function follow(request: IncomingMessage, response: ServerResponse, state: () => string): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  response.write(': connected\n\n');
  let known = state();
  const timer = setInterval(() => {
    const now = state();
    if (now === known) return;
    known = now;
    response.write('event: changed\ndata:\n\n');
  }, LOOK_MILLISECONDS);
  request.on('close', () => clearInterval(timer));
}
