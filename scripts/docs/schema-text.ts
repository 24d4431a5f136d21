import type { JsonSchema } from '../../src/shared/schema-type.ts';

/** A key of an object, as a row of a table. */
export interface KeyRow {
  /** `augment.zoom_range` for a key of an object within the object. */
  readonly name: string;
  readonly type: string;
  /** Empty for a key that is optional and has no default; `required` for one that must be there. */
  readonly value: string;
  readonly description: string;
}

/** Returns the keys that a JSON Schema of an object describes, those of objects within it after them. */
export function keysOf(schema: JsonSchema, prefix = ''): readonly KeyRow[] {
  const { properties = {}, required = [], anyOf = [] } = schema;
  const own = Object.entries(properties).filter(([, property]) => !isReplaced(property));
  const rows = own.flatMap(([name, property]) => {
    const full = `${prefix}${name}`;
    const row: KeyRow = {
      name: full,
      type: typeOf(property),
      value: required.includes(name) ? 'required' : defaultOf(property),
      description: property.description ?? '',
    };
    const entries = Array.isArray(property.items) ? {} : (property.items ?? {});
    const { additionalProperties: named } = property;
    const values = typeof named === 'object' ? keysOf(named, `${full}.NAME.`) : [];
    return [row, ...keysOf(property, `${full}.`), ...keysOf(entries, `${full}[].`), ...values];
  });
  return [...rows, ...anyOf.flatMap((choice) => keysOf(choice, prefix))];
}

/** Whether a key only exists for the error that says what has replaced it. */
function isReplaced({ not }: JsonSchema): boolean {
  return not !== undefined;
}

/** Returns what values a schema admits, in Markdown: `integer ≥ 1`, `adam` or `sgd`. */
function typeOf(schema: JsonSchema): string {
  const { type, items, anyOf, additionalProperties } = schema;
  if (schema.enum !== undefined) return schema.enum.map(code).join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  if (anyOf !== undefined) return anyOf.map(typeOf).join(', or ');
  const types = (Array.isArray(type) ? type : [type]) as readonly (string | undefined)[];
  return types
    .map((each) => {
      if (each === 'array') return items === undefined ? 'list' : `list of (${typeOf(items)})`;
      if (each === 'number' || each === 'integer') return `${each}${rangeOf(schema)}`;
      if (each !== 'object') return each ?? 'any value';
      return typeof additionalProperties === 'object' && additionalProperties.type !== undefined
        ? `mapping of names to (${typeOf(additionalProperties)})`
        : 'mapping';
    })
    .join(' or ');
}

function rangeOf(schema: JsonSchema): string {
  const bounds = [
    ['≥', schema['minimum']],
    ['>', schema['exclusiveMinimum']],
    ['≤', schema['maximum']],
    ['<', schema['exclusiveMaximum']],
  ].filter(([, bound]) => bound !== undefined);
  return bounds.length === 0 ? '' : ` ${bounds.map((bound) => bound.join(' ')).join(', ')}`;
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined ? '' : code(schema.default);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Returns a Markdown table. Texts may have bars and line breaks. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What Markdown would read as its own signs is escaped, but for code, where it reads none. */
function cell(text: string): string {
  const parts = text
    .replaceAll('\n', ' ')
    .replaceAll('|', '\\|')
    .split(/(`[^`]*`)/);
  const escaped = parts.map((part) =>
    part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*'),
  );
  return escaped.join('');
}

/** Returns the table of the keys of an object. */
export function keyTable(rows: readonly KeyRow[]): string {
  return markdownTable(
    ['key', 'value', 'default', 'meaning'],
    rows.map(({ name, type, value, description }) => [`\`${name}\``, type, value, description]),
  );
}
