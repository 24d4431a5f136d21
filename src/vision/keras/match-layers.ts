import type { Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { counted } from '../../shared/wording.ts';
import type { SavedLayer } from './saved-layer.ts';

/** A layer of the model that weights are loaded into. */
export interface ModelLayer {
  readonly name: string;
  /** The layer class in snake case. */
  readonly kind: string;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface Matched<Layer extends ModelLayer> {
  readonly pairs: readonly (readonly [Layer, SavedLayer])[];
  /** The heads that keep their weights, with the reason. */
  readonly skippedHeads: readonly { readonly head: string; readonly reason: string }[];
}

type Mismatch = Pick<Problem, 'message'>;

/**
 * Matches the layers of a model to those of a file: by name or, because Keras' default names (`conv2d_12`) differ
 * between processes, by layer order, as Keras does. Shapes must be equal. Layers of the file that are not in the
 * backbone are ignored; a head is matched if the file has a layer of its name and shape.
 */
export function matchLayers<Layer extends ModelLayer>(
  backbone: readonly Layer[],
  heads: readonly Layer[],
  saved: readonly SavedLayer[],
): Result<Matched<Layer>, Mismatch> {
  const byName = new Map(saved.map((layer) => [layer.name, layer]));
  const named = backbone.flatMap((layer) => pair(layer, byName.get(layer.name)));
  const missing = backbone.find(({ name }) => !byName.has(name));
  const matchedByName = missing === undefined ? addHeads(named, heads, byName) : undefined;
  if (matchedByName?.ok === true) return matchedByName;
  const inOrder = matchInOrder(backbone, saved);
  const matchedInOrder = inOrder.ok ? addHeads(inOrder.value, heads, byName) : inOrder;
  if (matchedInOrder.ok) return matchedInOrder;
  const renumbered = matchRenumbered(backbone, saved);
  const matchedRenumbered = renumbered.ok ? addHeads([...named, ...renumbered.value], heads, byName) : renumbered;
  if (matchedRenumbered.ok) return matchedRenumbered;
  if (missing === undefined) return matchedByName ?? matchedInOrder;
  if (named.length * 2 <= backbone.length) return matchedInOrder;
  // A file with most of the names is of another version of this network: the first missing layer is the best hint.
  return failure({ message: `layer "${missing.name}" is not in the file, which has ${named.length} of the others` });
}

function addHeads<Layer extends ModelLayer>(
  pairs: readonly (readonly [Layer, SavedLayer])[],
  heads: readonly Layer[],
  byName: ReadonlyMap<string, SavedLayer>,
): Result<Matched<Layer>, Mismatch> {
  const wrong = pairs.flatMap(([layer, found]) => mismatchOf(layer, found) ?? []);
  if (wrong.length > 0) {
    const more = wrong.length - 1;
    const rest = more === 0 ? '' : `; ${counted(more, 'more layer')} ${more === 1 ? 'does' : 'do'} not match either`;
    return failure({ message: `${wrong[0]}${rest}` });
  }
  const headPairs: (readonly [Layer, SavedLayer])[] = [];
  const skippedHeads: { head: string; reason: string }[] = [];
  for (const head of heads) {
    const found = byName.get(head.name);
    const reason = found === undefined ? 'the file has no layer of that name' : mismatchOf(head, found);
    if (found !== undefined && reason === undefined) headPairs.push([head, found]);
    else skippedHeads.push({ head: head.name, reason: reason ?? '' });
  }
  return success({ pairs: [...pairs, ...headPairs], skippedHeads });
}

function matchInOrder<Layer extends ModelLayer>(
  backbone: readonly Layer[],
  saved: readonly SavedLayer[],
): Result<readonly (readonly [Layer, SavedLayer])[], Mismatch> {
  const perClass = saved.some(({ kind }) => kind !== undefined);
  const groups = perClass ? [...new Set(backbone.map(({ kind }) => kind))] : [undefined];
  const pairs: (readonly [Layer, SavedLayer])[] = [];
  for (const kind of groups) {
    const expected = backbone.filter((layer) => kind === undefined || layer.kind === kind);
    const found = saved.filter((layer) => kind === undefined || layer.kind === kind);
    const beyond = found.slice(expected.length);
    if (found.length < expected.length || !beyond.every(isDense)) {
      const what = kind === undefined ? 'with weights' : `of the class "${kind}"`;
      return failure({
        message: `the file has ${counted(found.length, 'layer')} ${what}, expected ${expected.length}`,
      });
    }
    pairs.push(...expected.flatMap((layer, index) => pair(layer, found[index])));
  }
  return success(pairs);
}

/**
 * Matches the layers whose names are not in the file, if they have default names, to the layers of the file that have
 * default names of the same classes, in order. So a file loads in which Keras numbered a few layers from another number,
 * and whose layers are in another order.
 */
function matchRenumbered<Layer extends ModelLayer>(
  backbone: readonly Layer[],
  saved: readonly SavedLayer[],
): Result<readonly (readonly [Layer, SavedLayer])[], Mismatch> {
  const inFile = new Set(saved.map(({ name }) => name));
  const inModel = new Set(backbone.map(({ name }) => name));
  const missing = backbone.filter(({ name }) => !inFile.has(name));
  const isDefault = (name: string, kind: string) => name.replace(/_\d+$/, '') === kind;
  const named = missing.find(({ name, kind }) => !isDefault(name, kind));
  if (named !== undefined) return failure({ message: `layer "${named.name}" is not in the file` });
  const free = saved.filter(({ name }) => !inModel.has(name) && missing.some(({ kind }) => isDefault(name, kind)));
  return matchInOrder(missing, free);
}

function pair<Layer extends ModelLayer>(layer: Layer, found: SavedLayer | undefined): (readonly [Layer, SavedLayer])[] {
  return found === undefined ? [] : [[layer, found]];
}

/** Returns whether a layer is dense, as the classifiers on top of a backbone are. */
function isDense({ weights: [kernel] }: SavedLayer): boolean {
  return kernel?.shape.length === 2;
}

/** Describes how a layer's weights differ from those in the file; undefined if they match. */
function mismatchOf({ name, weights }: ModelLayer, saved: SavedLayer): string | undefined {
  const called = saved.name === name ? '' : ` ("${saved.name}" in the file)`;
  if (weights.length !== saved.weights.length) {
    const names = weights.map((weight) => weight.name).join(', ');
    return `layer "${name}"${called} has ${saved.weights.length} weights in the file, expected ${weights.length}: ${names}`;
  }
  const wrong = weights.findIndex(({ shape }, index) => !sameLayout(shape, saved.weights[index]?.shape ?? []));
  const [weight, found] = [weights[wrong], saved.weights[wrong]];
  if (weight === undefined || found === undefined) return undefined;
  return `"${weight.name}" of layer "${name}"${called} has the shape ${describe(found.shape)} in the file, expected ${describe(weight.shape)}`;
}

/**
 * Returns whether weights of two shapes have the same values in the same order. The kernel of a depthwise convolution is
 * 7×7×96×1 in its own class, and 7×7×1×96 in a `Conv2D` with groups, as which Keras' ConvNeXt has it.
 */
function sameLayout(one: readonly number[], other: readonly number[]): boolean {
  const sizes = (shape: readonly number[]) => describe(shape.filter((size) => size !== 1));
  return sizes(one) === sizes(other);
}

/** Formats a shape, for example as `3×3×24×32`. */
function describe(shape: readonly number[]): string {
  return shape.length === 0 ? '()' : shape.join('×');
}
