import type { Colour } from './colour.ts';
import type { NonEmpty } from './random.ts';

// Bare skin shows most lengths, so no cloth, wall or floor has a colour near that of a skin.
export const SKINS: NonEmpty<Colour> = ['#f4d4be', '#eabd9d', '#d9a27a', '#b97d53', '#8f5d3c', '#643f2b'];

/** Colours of dummies: linen and wood. */
export const DUMMIES: NonEmpty<Colour> = ['#e6cdb0', '#d3a97c', '#b58556'];

// biome-ignore format: rows of colours are easier to compare than one colour per line
export const FABRICS: NonEmpty<Colour> = [
  '#27375e', '#2a4fb0', '#4a6a97', '#6f9fcf', '#bcd4ea', '#1f7a7a', '#2aa7b0', '#2f5d50', '#1d8a55', '#86c0a1',
  '#8fa83a', '#f2c414', '#f8f7f3', '#1e1e24', '#7d8795', '#5b3a8e', '#a892c6', '#6a3460', '#c2367a', '#e45c96',
  '#c4182f', '#3f6f8f',
];

/** Colours of trousers under a coat: denim, black and grey. */
export const TROUSERS: NonEmpty<Colour> = ['#2b3b5c', '#3d4f78', '#1f2027', '#3c4048'];

/** Colours of coats that stand out from such trousers. */
// biome-ignore format: rows of colours are easier to compare than one colour per line
export const COATS: NonEmpty<Colour> = [
  '#6f9fcf', '#bcd4ea', '#2aa7b0', '#1d8a55', '#86c0a1', '#8fa83a', '#f2c414', '#f8f7f3', '#a892c6', '#c2367a',
  '#e45c96', '#c4182f',
];

export const FURS: NonEmpty<Colour> = ['#eceae6', '#34323a', '#9297a0'];

export const HAIRS: NonEmpty<Colour> = ['#1d1714', '#3b2a20', '#6b4426', '#a5713a', '#d8b26a', '#8c3b22', '#b9b4ae'];

export const SHOES: NonEmpty<Colour> = ['#1f1d22', '#f6f4f0', '#23406b', '#a3182f', '#2f5d50'];

// biome-ignore format: rows of colours are easier to compare than one colour per line
export const WALLS: NonEmpty<Colour> = [
  '#f3f3ef', '#e6ebef', '#dde8e0', '#e6e0ee', '#f1e2ea', '#d2dde6', '#c3d3cf', '#b7c3c9', '#9fb7c9', '#a3bba9',
  '#7f9a92', '#5f7d8c', '#8d7a93', '#5c6672', '#435e57', '#3d4450',
];

export const FLOORS: NonEmpty<Colour> = ['#a3a4a4', '#8b9097', '#c4c8cb', '#6c6f76', '#cfd8dd', '#7c8a86', '#555a63'];
