import { parseJson } from '../../../shared/parse-json.ts';
import { isNumber, isObject, isOptional, isString, isStrings } from '../../../shared/shapes.ts';
import { isDigest } from '../../fingerprint/digest.ts';
import type { WaitingFor } from '../events.ts';
import type { FailureReason, JobFailure } from '../failure.ts';
import type { LogSource } from '../protocol.ts';
import { isPlace, isProblem, isProgress } from '../read-message.ts';
import { JOB_MARK, type JobEnd, type JobMessage } from './job-messages.ts';

/**
 * Returns the message in a line of the output of a job. What is none was printed by a shell or the scheduler, and is a
 * part of the log. The file is in a cache, which others may be able to write.
 */
export function readJobMessage(line: string): JobMessage {
  const value: unknown = line.startsWith(JOB_MARK) ? parseJson(line)?.value : undefined;
  const message = isObject(value) ? value['message'] : undefined;
  return isMessage(message) ? message : { type: 'log', message: line, source: 'stderr' };
}

const WAITING: readonly unknown[] = ['claim', 'gpus', 'queue'] satisfies readonly WaitingFor[];
const SOURCES: readonly unknown[] = ['log', 'stdout', 'stderr'] satisfies readonly LogSource[];
const CAUSES: Readonly<Record<JobFailure, true>> = {
  ...{ 'out-of-memory': true, 'out-of-time': true, preempted: true, 'node-failed': true },
  ...{ cancelled: true, exited: true, lost: true, 'not-submitted': true },
};

function isMessage(value: unknown): value is JobMessage {
  if (!isObject(value)) return false;
  const { source, content, progress } = value;
  switch (value['type'] as JobMessage['type']) {
    case 'began':
      return isString(value['host']);
    case 'started':
      return true;
    case 'waiting':
      return WAITING.includes(value['for']) && isString(value['holder']);
    case 'log':
      return isString(value['message']) && isOptional(source, (given) => SOURCES.includes(given));
    case 'progress':
      return isObject(progress) && isProgress(progress);
    case 'content-progress':
      return isObject(content) && isString(content['name']) && isContentProgress(progress);
    case 'saving':
      return isNumber(value['seconds']);
    case 'warning':
      return isProblem(value['problem']);
    case 'retrying':
      return isFailure(value['failure']) && isNumber(value['retry']) && isNumber(value['retries']);
    case 'ended':
      return isEnd(value['end']);
    default:
      return false;
  }
}

function isContentProgress(value: unknown): boolean {
  if (!isObject(value) || !isString(value['activity'])) return false;
  const isCounted = isNumber(value['files']) && isNumber(value['bytes']);
  return isCounted && isOptional(value['totalFiles'], isNumber) && isOptional(value['totalBytes'], isNumber);
}

function isEnd(value: unknown): boolean {
  if (!isObject(value)) return false;
  switch (value['outcome'] as JobEnd['outcome']) {
    case 'ran':
    case 'cached':
      return isString(value['key']) && isDigest(value['key']);
    case 'failed':
      return (
        isFailure(value['failure']) &&
        typeof value['isFinal'] === 'boolean' &&
        ['number', 'undefined'].includes(typeof value['retries'])
      );
    case 'stopped':
      return typeof value['requeued'] === 'boolean';
    default:
      return false;
  }
}

/** Jobs compare nothing with a lockfile, so that a difference is none of their failures. */
function isFailure(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { problems, message, causes, stack, at, advice, how, output } = value;
  switch (value['kind'] as FailureReason['kind']) {
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
      return Array.isArray(problems) && problems.every(isProblem);
    case 'job':
      return Array.isArray(problems) && problems.every(isProblem) && Object.hasOwn(CAUSES, String(value['cause']));
    case 'threw':
      return isString(message) && isStrings(causes) && isString(stack) && isOptional(at, isPlace);
    case 'crashed':
      return isString(how) && isString(output) && isOptional(advice, isString);
    case 'out-of-memory':
      return isNumber(value['used']) && isNumber(value['limit']);
    case 'timed-out':
      return isNumber(value['seconds']);
    default:
      return false;
  }
}
