import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem, type Result, success } from '../../../shared/problem.ts';
import type { Bucket } from './s3-driver.ts';

/** Where a remote cache is. */
export type Address =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'http'; readonly url: URL; readonly credentials?: string }
  | { readonly kind: 's3'; readonly bucket: Bucket };

/** An address and who has given it, for messages. */
export interface WrittenAddress {
  readonly text: string;
  /** `remote in pipeline.yaml`, `--remote`, or a variable. */
  readonly from: string;
  /** Whether it may have credentials: what is in a file is committed sooner or later. */
  readonly isSecret: boolean;
  /** The folder to which a relative path is relative. Absolute. */
  readonly folder: string;
}

const KINDS = 'Give s3://BUCKET/PREFIX, https://HOST/PATH, or the path of a folder.';

/** Reads the address of a remote cache. Messages have no credentials in them. */
export function parseAddress(written: WrittenAddress, environment: NodeJS.ProcessEnv): Result<Address> {
  const { text, from, folder } = written;
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined) return success({ kind: 'folder', path: isAbsolute(text) ? text : resolve(folder, text) });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return problem(`the address of the remote cache (${from}) is not valid`, { advice: KINDS });
  if ((url.username !== '' || url.password !== '') && !written.isSecret)
    return problem(`the address of the remote cache (${from}) has credentials in it`, {
      advice: 'Remove them there, and set PIPELINE_REMOTE_TOKEN, or give the whole address in PIPELINE_REMOTE.',
    });
  switch (url.protocol) {
    case 'file:':
      return success({ kind: 'folder', path: fileURLToPath(url) });
    case 'http:':
    case 'https:':
      return success({ kind: 'http', url, ...credentialsOf(url, environment) });
    case 's3:':
      return bucketAt(url, from, environment);
    default:
      return problem(`the remote cache (${from}) cannot be reached by "${scheme}:"`, { advice: KINDS });
  }
}

function credentialsOf({ username, password }: URL, environment: NodeJS.ProcessEnv): { credentials?: string } {
  const token = environment['PIPELINE_REMOTE_TOKEN'];
  if (token) return { credentials: `Bearer ${token}` };
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { credentials: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function bucketAt(url: URL, from: string, environment: NodeJS.ProcessEnv): Result<Address> {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = environment;
  const region = url.searchParams.get('region') || AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1';
  const given = url.searchParams.get('endpoint') || AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL;
  const endpoint = given || `https://s3.${region}.amazonaws.com`;
  if (url.hostname === '')
    return problem(`the address of the remote cache (${from}) has no bucket`, { advice: 'Give s3://BUCKET/PREFIX.' });
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    return problem(`the endpoint of the remote cache (${from}) is not an address`, {
      advice: 'Give it as s3://BUCKET?endpoint=https://HOST, or in AWS_ENDPOINT_URL_S3.',
    });
  const prefix = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, '');
  return success({ kind: 's3', bucket: { bucket: url.hostname, prefix, endpoint: new URL(endpoint), region } });
}
