import { resolve as resolvePath } from 'node:path';
import type { Json } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { PathDeclaration } from './declaration.ts';
import type { Family, Instance } from './family.ts';
import { label, type MatrixValue } from './matrix.ts';
import { parseStageReference, type StageReference, splitOutput } from './stage-reference.ts';
import { suggestion } from './suggest.ts';

/** A file or directory outside the pipeline. */
export interface PathInput {
  readonly kind: 'path';
  /** The absolute path. */
  readonly path: string;
  /** The path as written in the pipeline file. */
  readonly written: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly at: Place;
}

/** An output of another stage, of all its instances that match the matrix values of the reading stage. */
export interface ReferenceInput {
  readonly kind: 'reference';
  /** The key of the stage in the pipeline file. */
  readonly declared: string;
  readonly output: string;
  readonly instances: readonly Instance[];
  /** Whether neither the reference nor the reading stage chooses a value of each dimension. */
  readonly isOpen: boolean;
}

export type ResolvedInput = PathInput | ReferenceInput;

/** Returns whether a command gets a list of paths for an input, one of each instance that it reads. */
export function isCollected(input: ResolvedInput): boolean {
  return input.kind === 'reference' && input.isOpen;
}

/** The context in which an input of one instance is resolved. */
export interface InputScope {
  readonly root: string;
  readonly families: ReadonlyMap<string, Family>;
  /** The keys of `families`. */
  readonly names: readonly string[];
  readonly reader: Instance;
  /** Replaces `${…}`. Returns undefined and reports a problem if that fails. */
  fill(value: Json): Json | undefined;
  at(): Place;
  /** Records that the reader's own value of a dimension decides what it reads. */
  use(dimension: string): void;
  /** Reports a problem of the input. */
  report(problem: Problem): void;
}

/** Resolves an input to an output of a stage (`stage.output`) or a path (anything with a slash or without a dot). */
export function resolveInput(written: string | PathDeclaration, scope: InputScope): ResolvedInput | undefined {
  const declaration = typeof written === 'string' ? { path: written } : written;
  const text = scope.fill(declaration.path);
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || text === '') {
    scope.report({
      message: `an input must be a path or STAGE.OUTPUT, but is ${JSON.stringify(text)}`,
      at: scope.at(),
      advice: 'Write ./data for a folder next to the pipeline file, or STAGE.OUTPUT for an output of a stage.',
    });
    return undefined;
  }
  const reference = typeof written === 'string' ? referenceIn(text) : undefined;
  if (reference !== undefined) return resolveReference(reference, text, scope);
  return {
    kind: 'path',
    path: resolvePath(scope.root, text),
    written: text,
    include: declaration.include ?? [],
    exclude: declaration.exclude ?? [],
    at: scope.at(),
  };
}

interface OutputReference extends StageReference {
  readonly output: string;
}

function referenceIn(text: string): OutputReference | undefined {
  const [, stage = '', output = ''] = /^([^./\\@]+)\.([^/\\]+)$/.exec(text) ?? [];
  if (stage !== '') return { stage, selection: new Map(), output };
  // Values of a matrix may contain slashes and dots.
  const split = /^[^./\\@]+@[A-Za-z]/.test(text) ? splitOutput(text) : undefined;
  const reference = split && parseStageReference(split.stage);
  return reference && split && { ...reference, output: split.output };
}

function resolveReference(
  { stage, selection, output }: OutputReference,
  text: string,
  scope: InputScope,
): ReferenceInput | undefined {
  const { reader, families, names } = scope;
  const family = families.get(stage);
  if (family === undefined) {
    const advice = `${suggestion(stage, names)} If you mean a file, write ./${text}.`;
    scope.report({ message: `unknown stage "${stage}"`, at: scope.at(), advice });
    return undefined;
  }
  const selected = family.valuesOf(selection);
  if (!selected.ok) {
    scope.report({ ...selected.failure, at: scope.at() });
    return undefined;
  }
  const isUnknown = family.isOpen || reader.isOpen;
  const wanted: Record<string, MatrixValue> = { ...selected.value };
  for (const dimension of family.dimensions) {
    const own = Object.hasOwn(reader.matrix, dimension) ? reader.matrix[dimension] : undefined;
    if (own === undefined || selection.has(dimension)) continue;
    scope.use(dimension);
    if (!isUnknown && !family.has(dimension, own)) {
      const value = `${dimension}=${label(own)}`;
      scope.report({
        message: `stage "${reader.declared}" has ${value} in its matrix, but stage "${stage}", which it reads, does not`,
        at: scope.at(),
        advice: `Give both the same values, or name the instance to read: ${stage}@${dimension}=….${output}.`,
      });
      return undefined;
    }
    wanted[dimension] = own;
  }
  const isOpen = family.dimensions.some((dimension) => !Object.hasOwn(wanted, dimension) && !selection.has(dimension));
  const instances = isUnknown ? family.instances : family.matching(wanted);
  return { kind: 'reference', declared: stage, output, instances, isOpen };
}
