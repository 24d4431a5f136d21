import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine. The n-th request gets the n-th answer, and all later ones the last answer. */
export class FileServer {
  /** The `Range` and `If-Range` headers of each request so far. */
  readonly asked: { readonly range: string | undefined; readonly ifRange: string | undefined }[] = [];
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(...answers: readonly Answer[]): Promise<FileServer> {
    const http = createServer((request, response) => {
      const { range, 'if-range': ifRange } = request.headers;
      server.asked.push({ range, ifRange: ifRange as string | undefined });
      answers[Math.min(server.asked.length, answers.length) - 1]?.(request, response);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const server = new FileServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}/weights.h5`);
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    return server;
  }

  /** Returns the URL of a server that has been stopped. */
  static async stopped(): Promise<{ readonly url: string }> {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    await new Promise((resolve) => http.close(resolve));
    return { url: `http://127.0.0.1:${port}/weights.h5` };
  }
}

/** Answers with the whole content or the requested range of it, if the entity tag matches. */
export function whole(content: Buffer, etag?: string): Answer {
  return (request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (etag !== undefined) response.setHeader('etag', etag);
    if (start === 0 || (ifRange !== undefined && ifRange !== etag)) {
      response.writeHead(200, { 'content-length': content.length }).end(content);
      return;
    }
    response.writeHead(206, {
      'content-length': content.length - start,
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    });
    response.end(content.subarray(start));
  };
}

/** Answers with the whole content, ignoring any requested range. */
export function withoutRanges(content: Buffer): Answer {
  return (_, response) => response.writeHead(200, { 'content-length': content.length }).end(content);
}

/** Answers with the first bytes and closes the connection once they have been sent. */
export function cutAfter(bytes: number, content: Buffer, etag?: string): Answer {
  return (_, response) => {
    if (etag !== undefined) response.setHeader('etag', etag);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes), () => response.socket?.end());
  };
}

/** Answers with the first bytes and then stalls. */
export function hangAfter(bytes: number, content: Buffer, etag?: string): Answer {
  return (_, response) => {
    if (etag !== undefined) response.setHeader('etag', etag);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes));
  };
}

/** Sends data for ever, without saying how much. */
export function endless(_: IncomingMessage, response: ServerResponse): void {
  const send = () => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
  };
  response.on('drain', send);
  send();
}

export function status(code: number): Answer {
  return (_, response) => response.writeHead(code).end();
}
