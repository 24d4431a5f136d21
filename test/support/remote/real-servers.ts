import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

/** A server that runs until `stop`. */
export interface RealServer {
  readonly url: string;
  /** What a command needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Where a gateway that speaks S3 is found, if it is. To install it:
 * `GOBIN=~/.cache/pipeline/tools go install github.com/versity/versitygw/cmd/versitygw@latest`
 */
const VERSITYGW = join(homedir(), '.cache/pipeline/tools/versitygw');

export const hasVersitygw = existsSync(VERSITYGW);
export const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

/** Starts a gateway with the bucket `results`. */
export async function startVersitygw(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-s3-'));
  mkdirSync(join(folder, 'data/results'), { recursive: true });
  const port = await freePort();
  const [access, secret] = ['ACCESS', 'not-a-secret'];
  const stop = start(VERSITYGW, [
    ...['--port', `127.0.0.1:${port}`, '--access', access, '--secret', secret, '--quiet', '--keep-alive'],
    ...['posix', '--sidecar', makeFolder(join(folder, 'meta')), join(folder, 'data')],
  ]);
  await listening(port);
  return {
    url: `s3://results/demo?endpoint=http://127.0.0.1:${port}`,
    environment: { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'us-east-1' },
    stop: () => stop().finally(() => rmSync(folder, { recursive: true, force: true })),
  };
}

/** Starts nginx with WebDAV, as a plain cache. Reading is open, writing needs a password. */
export async function startNginx(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-nginx-'));
  const port = await freePort();
  const paths = ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => makeFolder(join(folder, name)));
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  makeFolder(join(folder, 'data'));
  writeFileSync(join(folder, 'htpasswd'), 'ci:{PLAIN}secret\n');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off; client_max_body_size 64m;
  ${kinds.map((kind, index) => `${kind}_temp_path ${paths[index]};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location ~ ^/(ac|cas)/ {
      root ${folder}/data; dav_methods PUT; create_full_put_path on;
      limit_except GET HEAD { auth_basic cache; auth_basic_user_file ${folder}/htpasswd; }
    }
  }
}
`,
  );
  const stop = start('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]);
  await listening(port);
  return {
    url: `http://ci:secret@127.0.0.1:${port}/`,
    environment: {},
    stop: () => stop().finally(() => rmSync(folder, { recursive: true, force: true })),
  };
}

function start(program: string, args: readonly string[]): () => Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Also when the tests are interrupted.
  const kill = () => child.kill('SIGTERM');
  process.once('exit', kill);
  return () => {
    process.off('exit', kill);
    kill();
    return ended;
  };
}

function makeFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** A server says nowhere that it is ready. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.unref();
    });
    if (isOpen) return;
    await delay(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}
