import { barX, dot, line, type PlotOptions, ruleX } from '@observablehq/plot';
import type { JSX } from 'preact';
import { evenlySpread } from '../../../shared/files.ts';
import { chart } from '../../../shared/page/chart.ts';
import { cut } from '../../../shared/text/table.ts';
import { visibleLine } from '../../../shared/text/visible.ts';
import type { ChartBlock, Point } from './element-schema.ts';

const MOST_POINTS = 2000;
const MOST_TEXT_TICKS = 8;
/** Lines differ by their dashes, not by colours: values of `stroke-dasharray`. */
const DASHES = [
  { words: 'solid', dashes: 'none' },
  { words: 'dashed', dashes: '6,4' },
  { words: 'dotted', dashes: '1.5,3' },
  { words: 'dash-dotted', dashes: '8,3,1.5,3' },
];
const [WIDTH, PLOT_HEIGHT, BAR_HEIGHT] = [640, 240, 18];
const [LONGEST_LABEL, CHARACTER] = [28, 6];

interface Row {
  readonly x: number | string;
  readonly y: number | null;
  readonly series: string;
}

/** Draws the series of a chart. `title`: what it shows if it has no caption. */
export function seriesChart(block: ChartBlock, title: string): JSX.Element {
  const { kind } = block;
  const rows = rowsOf(block);
  const names = [...new Set(rows.map(({ series }) => series))];
  const total = block.series.reduce((sum, { points }) => sum + points.length, 0);
  const isTogether = kind === 'line' && names.length <= DASHES.length;
  const about = visibleLine(block.caption ?? title);
  const caption = [
    about,
    ...(isTogether && names.length > 1 ? [names.map((name, at) => `${DASHES[at]?.words}: ${name}`).join(', ')] : []),
    ...(rows.length === 0 ? ['no points'] : []),
    ...(total > MOST_POINTS ? [`${rows.length} of ${total} points`] : []),
  ].join('; ');
  const facets = isTogether || names.length < 2 ? 1 : names.length;
  const faceted = facets > 1 ? { fy: 'series' } : {};
  const options: PlotOptions = {
    width: WIDTH,
    ...(facets > 1 && {
      fy: { label: null, padding: 0.15, domain: names, tickFormat: (name: string) => cut(name, LONGEST_LABEL) },
      marginRight: marginFor(names),
    }),
    ...(kind === 'bar' ? barOptions(block, rows, faceted, facets) : plotOptions(block, rows, faceted, facets)),
  };
  const shape = { line: 'Lines', bar: 'Bars', dot: 'Dots' }[kind];
  return chart(`${shape}: ${about}${names.length > 1 ? ` (${names.join(', ')})` : ''}`, options, caption);
}

function barOptions(block: ChartBlock, rows: readonly Row[], faceted: object, facets: number): PlotOptions {
  const bars = rows.map((row) => ({ ...row, x: String(row.x) }));
  const categories = [...new Set(bars.map(({ x }) => x))];
  return {
    height: 50 + facets * (BAR_HEIGHT * categories.length + 12),
    marginLeft: marginFor(categories),
    x: { label: labelled(block.y), grid: true },
    y: { label: labelled(block.x), domain: categories, tickFormat: (name: string) => cut(name, LONGEST_LABEL) },
    marks: [barX(bars, { x: 'y', y: 'x', fill: 'currentColor', fillOpacity: 0.6, ...faceted }), ruleX([0])],
  };
}

function plotOptions(block: ChartBlock, rows: readonly Row[], faceted: object, facets: number): PlotOptions {
  const isText = rows.some(({ x }) => typeof x === 'string');
  const points = isText ? rows.map((row) => ({ ...row, x: String(row.x) })) : rows;
  const names = [...new Set(points.map(({ series }) => series))];
  const channels = { x: 'x', y: 'y', ...faceted };
  const marks =
    block.kind === 'dot'
      ? [dot(points, { ...channels, r: 2.5, fill: 'currentColor', fillOpacity: 0.7 })]
      : names.map((name, at) =>
          line(
            points.filter(({ series }) => series === name),
            {
              ...channels,
              stroke: 'currentColor',
              ...(facets === 1 && at > 0 && { strokeDasharray: DASHES[at]?.dashes ?? 'none' }),
            },
          ),
        );
  const categories = [...new Set(points.map(({ x }) => x))];
  const ticks = evenlySpread(categories.length, MOST_TEXT_TICKS).map((at) => categories[at] ?? '');
  return {
    height: facets === 1 ? PLOT_HEIGHT : 50 + facets * 110,
    marginLeft: 60,
    x: {
      label: labelled(block.x),
      ...(isText && { domain: categories, ticks, tickFormat: (name: string) => cut(name, 10) }),
    },
    y: { label: labelled(block.y), grid: true },
    marks,
  };
}

/** Returns the points of all series in their order, and an even selection if there are too many. */
function rowsOf({ series }: ChartBlock): readonly Row[] {
  const rows = series.flatMap(({ name = '', points }, at) =>
    points.map(([x, y]: Point) => ({
      x: typeof x === 'string' ? visibleLine(x) : x,
      y,
      series: series.length === 1 ? '' : visibleLine(name === '' ? `series ${at + 1}` : name),
    })),
  );
  return evenlySpread(rows.length, MOST_POINTS).flatMap((at) => rows[at] ?? []);
}

function labelled(text: string | undefined): string | null {
  return text === undefined ? null : visibleLine(text);
}

function marginFor(labels: readonly string[]): number {
  return 20 + CHARACTER * Math.min(LONGEST_LABEL, Math.max(4, ...labels.map((label) => label.length)));
}
