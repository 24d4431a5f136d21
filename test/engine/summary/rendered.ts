import { parseHTML } from 'linkedom';
import { marked } from 'marked';
import { expect } from 'vitest';

/** Elements in which GitHub and GitLab look for no mention, reference, emoji or link. */
const VERBATIM = 'code, pre';

/** Renders Markdown as GitHub does before it looks for mentions. */
export function rendered(markdown: string) {
  const { document } = parseHTML(`<html><body>${marked.parse(markdown, { gfm: true, async: false })}</body></html>`);
  return document;
}

/** Expects that nothing of `hostile` does anything: it stands in elements of code alone, or nowhere. */
export function expectHarmless(markdown: string, hostile: RegExp): void {
  const document = rendered(markdown);
  const tags = new Set([...document.querySelectorAll('body *')].map(({ tagName }) => tagName.toLowerCase()));
  const known = ['h3', 'h4', 'p', 'table', 'tbody', 'tr', 'th', 'td', 'code', 'pre', 'br'];
  expect([...tags].filter((tag) => !known.includes(tag))).toEqual([]);
  const attributes = [...document.querySelectorAll('body *')].flatMap((element) => [...element.attributes]);
  const usual = (name: string, value: string) =>
    (name === 'align' && value === 'left') || (name === 'class' && value === 'language-mermaid');
  expect(attributes.filter(({ name, value }) => !usual(name, value))).toEqual([]);
  for (const element of [...document.querySelectorAll(VERBATIM)]) element.remove();
  expect(hostile.exec(document.body.textContent ?? '')?.[0]).toBeUndefined();
}
