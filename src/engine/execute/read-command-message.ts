import { quoteNonFinite } from '../../shared/non-finite.ts';
import { parseJson } from '../../shared/parse-json.ts';
import type { HostMessage } from './protocol.ts';
import { readMessage } from './read-message.ts';

/**
 * Returns the message in a line that a command wrote: `{"progress":{"done":3,"total":10}}`, `{"metrics":{"loss":0.1}}`,
 * `{"log":"…"}` or `{"saving":true}`. Returns nothing if it is none.
 */
export function readCommandMessage(line: string): HostMessage | undefined {
  const value = parseJson(quoteNonFinite(line))?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  const [[kind, content] = ['', null], ...more] = Object.entries(value);
  const message = more.length === 0 ? asHostMessage(kind, content) : undefined;
  return message && readMessage(JSON.stringify(message));
}

function asHostMessage(kind: string, content: unknown): object | undefined {
  switch (kind) {
    case 'progress':
      return { type: kind, progress: content };
    case 'metrics':
      return { type: kind, values: content };
    case 'log':
      return { type: kind, message: content };
    case 'saving':
      return { type: kind, active: content };
    default:
      return undefined;
  }
}
