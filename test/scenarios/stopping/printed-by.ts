import type { Readable } from 'node:stream';

/** Returns a function that waits until a process has printed a text on stdout, and returns all it has printed. */
export function printedBy({ stdout }: { readonly stdout: Readable | null }): (text: string) => Promise<string> {
  let seen = '';
  const checks = new Set<() => void>();
  stdout?.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    for (const check of checks) check();
  });
  return (text) =>
    new Promise((resolve) => {
      const check = () => {
        if (seen.includes(text)) resolve(seen);
      };
      checks.add(check);
      check();
    });
}
