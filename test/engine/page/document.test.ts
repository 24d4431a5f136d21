import { createHash } from 'node:crypto';
import { h } from 'preact';
import { expect, test } from 'vitest';
import { pageHtml } from '../../../src/engine/page/document.ts';
import { SCRIPT } from '../../../src/engine/page/script.ts';
import { STYLE } from '../../../src/engine/page/style.ts';

const HOSTILE = `</script></style><img src=x onerror=alert(1)>"'&\u0000`;

test('whatever gets into a page is escaped', () => {
  const page = pageHtml({
    title: HOSTILE,
    notes: [HOSTILE],
    sections: [{ id: 'one', title: HOSTILE, content: h('a', { href: '#x', title: HOSTILE }, HOSTILE) }],
  });
  expect(page).not.toContain('<img');
  // The page's own, and no other.
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.match(/<style/g)).toHaveLength(1);
});

test('the policy of a page allows its own style and script, pictures in it, and nothing else', () => {
  const page = pageHtml({ title: 'a', notes: [], sections: [] });
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/i.exec(page)?.[1]?.replaceAll('&#39;', "'");
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(policy?.split('; ')).toEqual([
    "default-src 'none'",
    'img-src data:',
    `style-src ${hash(STYLE)}`,
    `script-src ${hash(SCRIPT)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  // The browser hashes exactly what stands between the tags.
  expect(page).toContain(`<style>${STYLE}</style>`);
  expect(page).toContain(`<script>${SCRIPT}</script>`);
});

test('the script of a page has at most 10 KB', () => {
  expect(Buffer.byteLength(SCRIPT)).toBeLessThan(10_000);
});
