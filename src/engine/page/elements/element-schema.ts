/** An element that a stage adds to the report of its run. */
export interface StageElement {
  readonly title: string;
  readonly content: readonly Block[];
}

/** What it has of these is shown in this order. */
export interface Block {
  readonly text?: string;
  readonly table?: TableBlock;
  readonly chart?: ChartBlock;
  readonly images?: readonly ImageBlock[];
}

export type CellValue = string | number | boolean | null;

export interface TableBlock {
  readonly caption?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
}

/** `y` is null where a line has a gap. */
export type Point = readonly [x: number | string, y: number | null];

export interface ChartBlock {
  readonly kind: 'line' | 'bar' | 'dot';
  readonly caption?: string;
  readonly x?: string;
  readonly y?: string;
  readonly series: readonly { readonly name?: string; readonly points: readonly Point[] }[];
}

export interface ImageBlock {
  readonly file: string;
  readonly caption?: string;
}

const LABEL = { type: 'string', maxLength: 200 } as const;
const table = {
  type: 'object',
  description: 'A table, which can be sorted.',
  required: ['columns', 'rows'],
  additionalProperties: false,
  properties: {
    caption: { ...LABEL, description: 'What it shows. By default the title of the element.' },
    columns: { type: 'array', items: LABEL, minItems: 1, maxItems: 50, description: 'The names of its columns.' },
    rows: {
      type: 'array',
      description:
        'Its rows: a text, number, boolean or null for each column. Of more than 500, the first 500 are shown.',
      items: {
        type: 'array',
        items: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'null' }] },
      },
    },
  },
} as const;

const chart = {
  type: 'object',
  description: 'A chart.',
  required: ['kind', 'series'],
  additionalProperties: false,
  properties: {
    kind: {
      type: 'string',
      enum: ['line', 'bar', 'dot'],
      description: '`line` and `dot` draw `y` over `x`; `bar` draws a horizontal bar of length `y` for each `x`.',
    },
    caption: { ...LABEL, description: 'What it shows. By default the title of the element.' },
    x: { ...LABEL, description: 'The label of the x axis, for example with the unit.' },
    y: { ...LABEL, description: 'The label of the y axis.' },
    series: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      description:
        'Its series. Up to four lines are drawn into one plot, told apart by their dashes; otherwise each series has a plot of its own.',
      items: {
        type: 'object',
        required: ['points'],
        additionalProperties: false,
        properties: {
          name: { ...LABEL, description: 'The name of the series.' },
          points: {
            type: 'array',
            description:
              'Points `[x, y]`: `x` is a number or a text, `y` a number, or null for a gap. Of more than 2,000 in a chart, an even selection is drawn.',
            items: {
              type: 'array',
              minItems: 2,
              maxItems: 2,
              items: [
                { anyOf: [{ type: 'number' }, { type: 'string' }] },
                { anyOf: [{ type: 'number' }, { type: 'null' }] },
              ],
            },
          },
        },
      },
    },
  },
} as const;

const images = {
  type: 'array',
  maxItems: 100,
  description: 'Images beside `report.json`, for which the output has to be a folder.',
  items: {
    type: 'object',
    required: ['file'],
    additionalProperties: false,
    properties: {
      file: { type: 'string', description: 'The path of a PNG, JPEG, WebP or GIF in the folder.' },
      caption: { ...LABEL, description: 'What it shows. By default its path.' },
    },
  },
} as const;

/** JSON Schema of `report.json`. */
export const elementSchema = {
  type: 'object',
  required: ['title', 'content'],
  additionalProperties: false,
  properties: {
    title: { ...LABEL, minLength: 1, description: 'The title of the element.' },
    content: {
      type: 'array',
      minItems: 1,
      description: 'What it shows, from top to bottom. An entry has one or more of these keys.',
      items: {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: {
          text: { type: 'string', description: 'Plain text. An empty line begins a new paragraph.' },
          table,
          chart,
          images,
        },
      },
    },
  },
} as const;
