/** A file that a Python package index offers. */
export interface IndexedFile {
  readonly filename: string;
  /** Absolute. */
  readonly url: string;
  /** In lower-case hexadecimal digits, if the index says it. */
  readonly sha256?: string;
  /** Withdrawn by who published it. */
  readonly yanked: boolean;
}

/** What is asked for: JSON (PEP 691), or else HTML (PEP 503). */
export const ACCEPT =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01';

/** Returns the address of a distribution's page in an index. */
export function pageOf(index: string, distribution: string): string {
  const normalized = distribution.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return `${index.replace(/\/+$/, '')}/${normalized}/`;
}

/**
 * Parses the page of a distribution. Throws if it is not such a page.
 *
 * @param base the address that the page came from, to which its links are relative
 */
export function parsePage(text: string, contentType: string, base: string): readonly IndexedFile[] {
  return contentType.includes('json') ? parseJson(text, base) : parseHtml(text, base);
}

interface JsonPage {
  readonly files: readonly {
    readonly filename: string;
    readonly url: string;
    readonly hashes?: Readonly<Record<string, string>>;
    readonly yanked?: boolean | string;
  }[];
}

function parseJson(text: string, base: string): readonly IndexedFile[] {
  return (JSON.parse(text) as JsonPage).files.map(({ filename, url, hashes, yanked }) =>
    toFile(filename, new URL(url, base).href, hashes?.['sha256'], yanked !== undefined && yanked !== false),
  );
}

function parseHtml(text: string, base: string): readonly IndexedFile[] {
  const root = /<base\s[^>]*href\s*=\s*["']([^"']+)/i.exec(text)?.[1] ?? base;
  return [...text.matchAll(/<a\s([^>]*)>\s*([^<]*?)\s*<\/a>/gi)].flatMap(([, attributes = '', filename = '']) => {
    const href = /href\s*=\s*["']([^"']+)/i.exec(attributes)?.[1];
    if (href === undefined) return [];
    const url = new URL(decoded(href), root);
    const sha256 = /sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1];
    url.hash = '';
    return [toFile(decoded(filename), url.href, sha256, /\bdata-yanked\b/i.test(attributes))];
  });
}

function toFile(filename: string, url: string, sha256: string | undefined, yanked: boolean): IndexedFile {
  return { filename, url, yanked, ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }) };
}

function decoded(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_entity, name: string) => named[name] ?? '');
}
