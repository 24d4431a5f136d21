import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AwsV4Signer } from 'aws4fetch';
import { sha256 } from '../../fingerprint/digest.ts';
import { RemoteError } from './driver.ts';
import type { HttpOptions } from './http-client.ts';
import { HttpDriver, type Sign } from './http-driver.ts';

/** A bucket of an S3-compatible service, as an address gives it. */
export interface Bucket {
  readonly bucket: string;
  /** The folder in the bucket, without a slash at either end; may be empty. */
  readonly prefix: string;
  readonly endpoint: URL;
  readonly region: string;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

const NO_PAYLOAD = sha256('');
const PROVIDER = '@aws-sdk/credential-provider-node';
/** Credentials that expire within this time are replaced, in milliseconds. */
const MARGIN = 300_000;

/**
 * Opens a bucket. Addresses have the bucket in the path, which every service understands. Checksums by other headers than
 * the signature's are not sent, since several services reject them.
 *
 * @param project the folder from which the AWS SDK is imported if the environment has no credentials. Absolute.
 */
export function s3Driver(
  { bucket, prefix, endpoint, region }: Bucket,
  environment: NodeJS.ProcessEnv,
  project: string,
  options: HttpOptions,
): HttpDriver {
  const credentials = new CredentialSource(environment, project);
  const base = new URL(endpoint);
  base.pathname = [base.pathname.replace(/\/$/, ''), bucket, ...(prefix === '' ? [] : [prefix])].join('/');
  const sign: Sign = async ({ method, url, headers }, payload = NO_PAYLOAD) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials.get();
    const signed = await new AwsV4Signer({
      ...{ method, url: url.href, region, accessKeyId, secretAccessKey, service: 's3' },
      headers: { ...headers, 'x-amz-content-sha256': payload },
      ...(sessionToken !== undefined && { sessionToken }),
    }).sign();
    return Object.fromEntries(signed.headers);
  };
  const shown = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`} at ${endpoint.host}`;
  return new HttpDriver(shown, { base, actionPath: ({ scope, key }) => `ac/${scope}/${key}`, sign }, options);
}

/** Finds the credentials where the tools of AWS find them. */
class CredentialSource {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #project: string;
  #current: Promise<Credentials> | undefined;

  constructor(environment: NodeJS.ProcessEnv, project: string) {
    this.#environment = environment;
    this.#project = project;
  }

  async get(): Promise<Credentials> {
    this.#current ??= this.#find();
    const found = await this.#current;
    if (found.expiration === undefined || found.expiration.getTime() - Date.now() > MARGIN) return found;
    this.#current = this.#find();
    return this.#current;
  }

  async #find(): Promise<Credentials> {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.#environment;
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
      return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...sessionToken };
    }
    const { defaultProvider } = await this.#provider();
    return defaultProvider()().catch((error: Error) => {
      throw new RemoteError(`the AWS SDK finds no credentials (${error.name})`, {
        advice: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in: aws sso login',
      });
    });
  }

  /** Profiles, single sign-on, OIDC and the roles of machines are known to the AWS SDK, which the project may have. */
  async #provider(): Promise<{ defaultProvider(): () => Promise<Credentials> }> {
    try {
      const path = createRequire(join(this.#project, 'package.json')).resolve(PROVIDER);
      return await import(pathToFileURL(path).href);
    } catch {
      throw new RemoteError('there are no credentials for the bucket in the environment', {
        advice: `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. For profiles and roles: npm install ${PROVIDER}`,
      });
    }
  }
}
