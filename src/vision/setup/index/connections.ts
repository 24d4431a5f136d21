import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import type { PipSettings } from './pip-settings.ts';

export type Fetch = typeof globalThis.fetch;

/** A `fetch` that is set up for a network, and what belongs to it. */
export interface Connections {
  readonly fetch: Fetch;
  /** Closes what is kept open, so that the process can end. */
  close(): Promise<void>;
}

/**
 * Opens a `fetch` as pip would connect: through the proxy that it names or HTTPS_PROXY, HTTP_PROXY and NO_PROXY name,
 * trusting the certificates of NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and pip's own setting, with the user's name and password
 * where the address of an index has them. Node's own `fetch` knows no proxy before Node 24.
 */
export function openConnections({ certificates, proxy, indexes }: PipSettings, env = process.env): Connections {
  const ca = trusted([certificates, env['SSL_CERT_FILE'], env['NODE_EXTRA_CA_CERTS']]);
  const dispatcher = new EnvHttpProxyAgent({
    ...(proxy !== undefined && { httpProxy: proxy, httpsProxy: proxy }),
    ...(ca !== undefined && { connect: { ca }, requestTls: { ca }, proxyTls: { ca } }),
  });
  const credentials = new Map(indexes.flatMap(credentialsOf));
  const fetch = (input: string | URL | Request, init: RequestInit = {}) => {
    const authorization = credentials.get(new URL(String(input)).origin);
    const headers = { ...(init.headers as Record<string, string>), ...(authorization && { authorization }) };
    const options = { ...init, headers, dispatcher };
    return undiciFetch(withoutCredentials(String(input)), options as Parameters<typeof undiciFetch>[1]);
  };
  return { fetch: fetch as unknown as Fetch, close: () => dispatcher.destroy() };
}

/** Returns an address without the name and password in it: messages and requests show it so. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

function credentialsOf(index: string): [string, string][] {
  const { origin, username, password } = new URL(index);
  if (username === '') return [];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return [[origin, `Basic ${Buffer.from(pair).toString('base64')}`]];
}

/** Returns Node's certificate authorities with those in these files; nothing if no file is named. */
function trusted(files: readonly (string | undefined)[]): string[] | undefined {
  const named = [...new Set(files.filter((file): file is string => file !== undefined && file !== ''))];
  if (named.length === 0) return undefined;
  return [...rootCertificates, ...named.flatMap(readIfThere)];
}

/** Node ignores a missing file in NODE_EXTRA_CA_CERTS, too: if it matters, the connection fails and says so. */
function readIfThere(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
