import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openConnections } from '../../../../src/vision/setup/index/connections.ts';
import type { PipSettings } from '../../../../src/vision/setup/index/pip-settings.ts';
import { findExecutable } from '../../../../src/vision/setup/programs.ts';
import { Machine } from '../../../support/machine.ts';
import { PythonIndex } from '../../../support/python-index.ts';

const NONE: PipSettings = { indexes: [], findLinks: [] };
const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** A proxy on this machine that notes what it is asked for. */
async function startProxy() {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  const asked: string[] = [];
  const http = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.pipe(request(incoming.url ?? '', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 0))));
  });
  http.on('connect', (incoming, client) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [host = '', port] = (incoming.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked };
}

async function get(url: string, settings: PipSettings = NONE): Promise<number> {
  const { fetch, close } = openConnections(settings);
  onTestFinished(close);
  return (await fetch(url)).status;
}

test('connects through the proxy that HTTP_PROXY names, unless NO_PROXY excludes the host', async () => {
  new Machine();
  const proxy = await startProxy();
  const index = await PythonIndex.start({ a: {} });
  vi.stubEnv('HTTP_PROXY', proxy.url);
  expect(await get(`${index.url}a/`)).toBe(200);
  expect(proxy.asked).toEqual([`CONNECT ${index.host}`]);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  expect(await get(`${index.url}a/`)).toBe(200);
  expect(proxy.asked).toHaveLength(1);
});

test('connects through the proxy of the settings of pip', async () => {
  new Machine();
  const proxy = await startProxy();
  const index = await PythonIndex.start({ a: {} });
  expect(await get(`${index.url}a/`, { ...NONE, proxy: proxy.url })).toBe(200);
  expect(proxy.asked).toEqual([`CONNECT ${index.host}`]);
});

test.skipIf(findExecutable(['openssl']) === undefined)(
  'trusts the certificate authorities in SSL_CERT_FILE',
  async () => {
    const machine = new Machine();
    for (const name of [...VARIABLES, 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) vi.stubEnv(name, undefined);
    const [key, certificate] = [machine.path('key.pem'), machine.path('certificate.pem')];
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '1'];
    expect(spawnSync('openssl', ['req', '-x509', ...made, ...names]).status).toBe(0);
    const https = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
      response.end('found'),
    );
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      https.closeAllConnections();
      https.close();
    });
    const url = `https://127.0.0.1:${(https.address() as AddressInfo).port}/`;
    await expect(get(url)).rejects.toThrow();
    vi.stubEnv('SSL_CERT_FILE', certificate);
    expect(await get(url)).toBe(200);
  },
);
