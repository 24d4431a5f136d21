import { createHash } from 'node:crypto';
import { type ComponentChild, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ReportSection } from '../../shared/extensions/report.ts';
import { LIVE_SCRIPT } from './live-script.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** What a page has that is served: it is loaded again when its run changes, and leads to other runs. */
export interface LivePage {
  readonly chooser: ComponentChild;
}

/** How a report begins, by which it is recognised. */
export const REPORT_MARK = '<!doctype html>\n<!-- pipeline report -->';

interface Page {
  readonly title: string;
  readonly sections: readonly ReportSection[];
  /** Remarks below the title. */
  readonly notes: readonly string[];
  readonly live?: LivePage | undefined;
}

/**
 * Returns a page that opens from disk, requests nothing and runs no script but its own. Whatever gets into it goes through
 * the renderer, which escapes it.
 */
export function pageHtml({ title, sections, notes, live }: Page): string {
  const script = live === undefined ? SCRIPT : SCRIPT + LIVE_SCRIPT;
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src ${hashSource(STYLE)}`,
    `script-src ${hashSource(script)}`,
    ...(live === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    live === undefined ? "form-action 'none'" : "form-action 'self'",
  ].join('; ');
  const head = renderToString(
    h('head', {}, [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { httpEquiv: 'Content-Security-Policy', content: policy }),
      h('title', {}, title),
    ]),
  ).replace('</head>', `<style>${STYLE}</style></head>`);
  const body = renderToString(
    h('body', {}, [
      h('header', {}, [
        h('h1', {}, title),
        ...notes.map((note) => h('p', { class: 'dim' }, note)),
        live?.chooser,
        contents(sections),
      ]),
      h('main', {}, sections.map(sectionNode)),
    ]),
  ).replace(/<\/body>$/, () => `<script>${script}</script></body>`);
  return `${REPORT_MARK}\n<html lang="en">${head}${body}</html>\n`;
}

function contents(sections: readonly ReportSection[]): ComponentChild {
  const links = sections.map(({ id, title }) => h('li', {}, h('a', { href: `#${id}` }, title)));
  return h('nav', { 'aria-label': 'Contents' }, h('ul', {}, links));
}

function sectionNode({ id, title, content }: ReportSection): ComponentChild {
  return h('section', { 'aria-labelledby': id }, [h('h2', { id }, title), content]);
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
