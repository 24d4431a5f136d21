import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const BUNDLED = /(file:\/\/[^\s()]+\.mjs):(\d+):(\d+)/g;

/**
 * Maps the lines of a stack to the TypeScript source, by the source map beside each bundle. Maps only stacks that are
 * reported, whereas Node's own `--enable-source-maps` reads the maps whenever a module is loaded.
 */
export function sourceStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replaceAll(BUNDLED, (location, url: string, line: string, column: string) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    const origin = maps.get(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return location;
    return `${fileURLToPath(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function readMap(url: string): SourceMap | undefined {
  try {
    const map = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')) as ConstructorParameters<
      typeof SourceMap
    >[0];
    const sources = map.sources.map((source) => new URL(source, map.sourceRoot).href);
    return new SourceMap({ ...map, sources });
  } catch {
    return undefined;
  }
}
