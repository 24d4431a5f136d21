import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsIn, pagesOf, proseOf } from '../../scripts/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = pagesOf(ROOT);

function targetsIn(page: string): string[] {
  const prose = proseOf(page);
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)];
  return links.map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

const isPicture = (target: string) => /\.(svg|png)$/.test(target);

test.each([...pages])('each link of %s leads to a file or heading that exists', (path, page) => {
  const broken = targetsIn(page).filter((target) => {
    if (isPicture(target)) return false;
    const [file = '', anchor] = target.split('#');
    const absolute = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
    if (!existsSync(absolute)) return true;
    if (anchor === undefined || /^L\d+/.test(anchor)) return false;
    return statSync(absolute).isDirectory() || !anchorsIn(readFileSync(absolute, 'utf8')).has(anchor);
  });
  expect(broken).toEqual([]);
});

test.each([...pages])('each picture of %s exists', (path, page) => {
  const pictures = targetsIn(page).filter(isPicture);
  expect(pictures.filter((target) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
});

test('each page of docs/ and examples/ is reached from README', () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of targetsIn(pages.get(path) ?? '')) {
      const linked = join(dirname(path), target.split('#', 1)[0] ?? '');
      if (pages.has(linked)) visit(linked);
    }
  };
  visit('README.md');
  expect([...pages.keys()].filter((path) => !reached.has(path))).toEqual([]);
});
