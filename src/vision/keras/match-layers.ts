import type { Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { counted } from '../../shared/wording.ts';
import type { SavedLayer } from './saved-layer.ts';

/** A layer with weights of a model that is to get those of a file. */
export interface ModelLayer {
  readonly name: string;
  /** Its class in snake case. */
  readonly kind: string;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface Matched<Layer extends ModelLayer> {
  readonly pairs: readonly (readonly [Layer, SavedLayer])[];
  /** The heads that keep the weights that they have, and why. */
  readonly left: readonly { readonly head: string; readonly because: string }[];
}

type Mismatch = Pick<Problem, 'message'>;

/**
 * Finds for each layer its weights in a file: by its name or, since Keras numbers the layers that have no name anew in
 * each process, by the order of the layers, as Keras does. Shapes have to be equal. What the file has beyond the
 * backbone is left aside; a head gets its weights where the file has a layer of its name and shape.
 */
export function matchLayers<Layer extends ModelLayer>(
  backbone: readonly Layer[],
  heads: readonly Layer[],
  saved: readonly SavedLayer[],
): Result<Matched<Layer>, Mismatch> {
  const byName = new Map(saved.map((layer) => [layer.name, layer]));
  const named = backbone.flatMap((layer) => pair(layer, byName.get(layer.name)));
  const missing = backbone.find(({ name }) => !byName.has(name));
  const matchedByName = missing === undefined ? withHeads(named, heads, byName) : undefined;
  if (matchedByName?.ok === true) return matchedByName;
  const inOrder = matchInOrder(backbone, saved);
  const matchedInOrder = inOrder.ok ? withHeads(inOrder.value, heads, byName) : inOrder;
  if (matchedInOrder.ok) return matchedInOrder;
  if (missing === undefined) return matchedByName ?? matchedInOrder;
  if (named.length * 2 <= backbone.length) return matchedInOrder;
  // A file with most of the names is of another version of this network: then the first that is missing says most.
  return failure({ message: `layer «${missing.name}» is not in the file, which has ${named.length} of the others` });
}

function withHeads<Layer extends ModelLayer>(
  pairs: readonly (readonly [Layer, SavedLayer])[],
  heads: readonly Layer[],
  byName: ReadonlyMap<string, SavedLayer>,
): Result<Matched<Layer>, Mismatch> {
  const wrong = pairs.flatMap(([layer, found]) => difference(layer, found) ?? []);
  if (wrong.length > 0) {
    const more = wrong.length - 1;
    const rest = more === 0 ? '' : `; ${counted(more, 'more layer')} ${more === 1 ? 'does' : 'do'} not fit either`;
    return failure({ message: `${wrong[0]}${rest}` });
  }
  const headPairs: (readonly [Layer, SavedLayer])[] = [];
  const left: { head: string; because: string }[] = [];
  for (const head of heads) {
    const found = byName.get(head.name);
    const because = found === undefined ? 'the file has no layer of that name' : difference(head, found);
    if (found !== undefined && because === undefined) headPairs.push([head, found]);
    else left.push({ head: head.name, because: because ?? '' });
  }
  return success({ pairs: [...pairs, ...headPairs], left });
}

function matchInOrder<Layer extends ModelLayer>(
  backbone: readonly Layer[],
  saved: readonly SavedLayer[],
): Result<readonly (readonly [Layer, SavedLayer])[], Mismatch> {
  const perClass = saved.some(({ kind }) => kind !== undefined);
  const groups = perClass ? [...new Set(backbone.map(({ kind }) => kind))] : [undefined];
  const pairs: (readonly [Layer, SavedLayer])[] = [];
  for (const kind of groups) {
    const wanted = backbone.filter((layer) => kind === undefined || layer.kind === kind);
    const found = saved.filter((layer) => kind === undefined || layer.kind === kind);
    const beyond = found.slice(wanted.length);
    if (found.length < wanted.length || !beyond.every(isDense)) {
      const what = kind === undefined ? 'with weights' : `«${kind}»`;
      return failure({
        message: `the file has ${counted(found.length, 'layer')} ${what}, expected ${wanted.length}${nested(saved)}`,
      });
    }
    pairs.push(...wanted.flatMap((layer, index) => pair(layer, found[index])));
  }
  return success(pairs);
}

function pair<Layer extends ModelLayer>(layer: Layer, found: SavedLayer | undefined): (readonly [Layer, SavedLayer])[] {
  return found === undefined ? [] : [[layer, found]];
}

/** Classifiers on top of a backbone. */
function isDense({ weights: [kernel] }: SavedLayer): boolean {
  return kernel?.shape.length === 2;
}

/** No layer has so many weights: it is a model that was used as one. */
const MOST_WEIGHTS = 12;

function nested(saved: readonly SavedLayer[]): string {
  const model = saved.find(({ weights }) => weights.length > MOST_WEIGHTS);
  if (model === undefined) return '';
  return `: «${model.name}» in it is a model of its own (save that alone: model.get_layer("${model.name}").save_weights(…))`;
}

/** In what a layer's weights differ from those of the file. */
function difference({ name, weights }: ModelLayer, saved: SavedLayer): string | undefined {
  const called = saved.name === name ? '' : ` («${saved.name}» in the file)`;
  if (weights.length !== saved.weights.length) {
    const names = weights.map((weight) => weight.name).join(', ');
    return `layer «${name}»${called} has ${saved.weights.length} weights in the file, expected ${weights.length}: ${names}`;
  }
  const wrong = weights.findIndex(
    ({ shape }, index) => describe(shape) !== describe(saved.weights[index]?.shape ?? []),
  );
  const [weight, found] = [weights[wrong], saved.weights[wrong]];
  if (weight === undefined || found === undefined) return undefined;
  return `«${weight.name}» of layer «${name}»${called} is ${describe(found.shape)} in the file, expected ${describe(weight.shape)}`;
}

/** `3×3×24×32`. */
function describe(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.join('×');
}
