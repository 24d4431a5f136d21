import { RemoteError } from './driver.ts';

const ADVICE: Readonly<Record<number, string>> = {
  301: 'The bucket is in another region: give it as s3://BUCKET?region=REGION.',
  400: 'Check the address of the remote cache.',
  401: 'Set PIPELINE_REMOTE_TOKEN, or the credentials of the bucket.',
  403: 'The credentials do not allow this. On S3, reading needs s3:GetObject and s3:ListBucket, uploading s3:PutObject.',
  404: 'Check the address of the remote cache: the bucket or the path does not exist.',
  405: 'The server does not allow uploads at this address. Use --no-upload, or allow PUT.',
  411: 'A proxy before the server drops Content-Length. Let it pass requests unbuffered.',
  413: 'Raise client_max_body_size (nginx), or the limit of the server, to 64 MiB or more.',
  507: 'The disk of the server is full.',
};

/** What only a part of the requests may meet. */
const SINGLE = [413];
const LATER = [408, 425, 429, 500, 502, 503, 504];

/** Returns the error for an answer that is no success. */
export function failureOf(status: number, retryAfter: string | undefined, text: string, method: string): RemoteError {
  const said = codeIn(text);
  const advice = ADVICE[status];
  return new RemoteError(`${method} was answered with ${status}${said === undefined ? '' : ` ${said}`}`, {
    status,
    retry: LATER.includes(status),
    single: SINGLE.includes(status),
    ...(advice !== undefined && { advice }),
    ...(retryAfter !== undefined && { after: secondsUntil(retryAfter) }),
  });
}

/** Returns the code of an error of S3, such as NoSuchBucket. */
function codeIn(text: string): string | undefined {
  return /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1];
}

/** Retry-After is a number of seconds or a date. */
function secondsUntil(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
