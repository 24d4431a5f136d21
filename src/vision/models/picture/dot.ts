import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { type Chain, chainsOf, type Layer } from './chains.ts';
import { describeLayer, type Kind, kindOf, shapeOf } from './describe-layer.ts';

const COLOURS: Readonly<Record<Kind, string>> = {
  convolution: '#e8f0fe',
  normalization: '#f8f9fa',
  activation: '#fef7e0',
  pooling: '#e6f4ea',
  joining: '#f3e8fd',
  classifier: '#fce8e6',
  other: '#ffffff',
};

/**
 * Returns a model in Graphviz' DOT language: a box for each chain, with a row for each layer's name and output shape.
 */
export function toDot(model: LayersModel): string {
  const chains = chainsOf(model);
  return [
    `digraph ${quote(model.name)} {`,
    '  bgcolor=white; rankdir=TB; nodesep=0.2; ranksep=0.3',
    '  node [shape=plain, fontname="Arial", fontsize=11]',
    '  edge [color="#5f6368", arrowsize=0.6]',
    ...chains.map((chain) => `  ${idOf(chain)} [label=<${table(chain)}>]`),
    ...chains.flatMap((chain) => chain.into.map((target) => `  ${idOf(chain)} -> ${quote(target.name)}`)),
    '}',
  ].join('\n');
}

function idOf({ layers: [first] }: Chain): string {
  return quote(first?.name ?? '');
}

function table({ layers }: Chain): string {
  const rows = layers.map((layer, index) => row(layer, layers[index - 1]));
  return `<table border="0" cellborder="1" cellspacing="0" cellpadding="3" color="#80868b">${rows.join('')}</table>`;
}

function row(layer: Layer, before: Layer | undefined): string {
  const shape = shapeOf(layer);
  const shown = before !== undefined && shapeOf(before) === shape ? '' : shape;
  const name = `<font point-size="8" color="#5f6368">${escapeXml(layer.name)}</font>`;
  const colour = COLOURS[kindOf(layer)];
  return (
    `<tr><td align="left" bgcolor="${colour}" sides="LTB">${escapeXml(describeLayer(layer))}<br align="left"/>${name}` +
    `<br align="left"/></td><td align="right" bgcolor="${colour}" sides="RTB">${shown}</td></tr>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
