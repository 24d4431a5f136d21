import { lineWidth, type View } from '../../../shared/extensions/view.ts';
import { bytes, count, plural } from '../../../shared/text/format.ts';
import { cut, oneLine, table } from '../../../shared/text/table.ts';
import type { ModelContent, ModelLayer } from './model.ts';
import type { Shape } from './shapes.ts';

/** Of a model with more layers only the first and the last ones are shown. */
const MAX_SHOWN_LAYERS = 30;

/** Describes a model: totals, layers with their shapes and parameters, and other files. */
export function describeModel(model: ModelContent, view: View): string[] {
  const { format, name, layers, parameters, trainable, dtypes, faults, beside } = model;
  const types = Object.entries(dtypes).map(([dtype, number]) =>
    Object.keys(dtypes).length === 1 ? dtype : `${dtype} (${count(number)})`,
  );
  const quotedName = name === '' ? '' : ` "${name}"`;
  return [
    `TensorFlow.js ${format.replaceAll('-', ' ')}${quotedName}, ${plural(layers.length, 'layer')}`,
    `  ${plural(parameters, 'parameter')}: ${count(trainable)} trainable, ${count(parameters - trainable)} not`,
    `  ${bytes(model.bytes)} of weights, ${types.join(', ') || 'none'}`,
    ...faults.map((fault) => `${view.paint('red', '✗')} ${fault}`),
    ...beside.map(({ file, bytes: size, value }) =>
      cut(`  ${file}  ${value === undefined ? bytes(size) : oneLine(JSON.stringify(value))}`, lineWidth(view)),
    ),
    ...(layers.length === 0 ? [] : ['', ...describeLayers(layers, view)]),
  ];
}

function describeLayers(layers: readonly ModelLayer[], view: View): string[] {
  const { full, paint } = view;
  const isCut = !full && layers.length > MAX_SHOWN_LAYERS;
  const half = MAX_SHOWN_LAYERS / 2;
  const shown = isCut ? [...layers.slice(0, half), ...layers.slice(-half)] : layers;
  const rows = shown.map(({ name, type, shape, parameters, trainable }) => [
    name,
    type,
    shape === null ? '?' : shapeText(shape),
    parameters === 0 ? '' : count(parameters),
    parameters > 0 && trainable === 0 ? 'frozen' : '',
  ]);
  const { lines } = table([['layer', 'type', 'output', 'parameters', ''], ...rows], lineWidth(view));
  const text = [paint('dim', lines[0] ?? ''), ...lines.slice(1)];
  if (!isCut) return text;
  const hidden = layers.slice(half, -half);
  const inside = hidden.reduce((sum, { parameters }) => sum + parameters, 0);
  const gap = `  … ${count(hidden.length)} more layers, ${plural(inside, 'parameter')} (--full shows them)`;
  return [...text.slice(0, 1 + half), paint('dim', gap), ...text.slice(1 + half)];
}

/** Formats a shape without its batch dimension, whose size is always unknown. */
function shapeText(shape: Shape): string {
  const sizes = shape.slice(1).map((size) => size ?? '?');
  return sizes.join('×');
}
