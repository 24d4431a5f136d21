import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { h, type JSX } from 'preact';
import { svgNode } from './svg.ts';

/**
 * Draws a chart.
 *
 * @param label says what it shows, for those who cannot see it.
 * @param caption stands below it.
 */
export function chart(label: string, options: PlotOptions, caption?: string): JSX.Element {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = plot({ ...options, document: document as unknown as Document });
  const named = svgNode(drawn.outerHTML, { role: 'img', 'aria-label': label });
  return h('figure', { class: 'chart' }, named, caption !== undefined && h('figcaption', {}, caption));
}
