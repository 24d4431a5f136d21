import { resolve as resolvePath } from 'node:path';
import type { Json } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { PathDeclaration } from './declaration.ts';
import type { Family, Instance } from './family.ts';
import { label, type MatrixValue } from './matrix.ts';
import { parseStageReference, type StageReference, splitOutput } from './stage-reference.ts';
import { suggestion } from './suggest.ts';

/** A file or directory from outside the pipeline. */
export interface PathInput {
  readonly kind: 'path';
  /** Absolute. */
  readonly path: string;
  /** As the pipeline file names it. */
  readonly written: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly at: Place;
}

/** What a stage puts out under one name: all instances of it that match the reader's own values. */
export interface ReferenceInput {
  readonly kind: 'reference';
  /** The key of the stage in the pipeline file. */
  readonly declared: string;
  readonly output: string;
  readonly instances: readonly Instance[];
}

export type ResolvedInput = PathInput | ReferenceInput;

/** What an input is resolved among, and for which instance. */
export interface InputScope {
  readonly root: string;
  readonly families: ReadonlyMap<string, Family>;
  /** The keys of `families`. */
  readonly names: readonly string[];
  readonly reader: Instance;
  /** Fills `${…}` in; nothing, and a problem, where that fails. */
  fill(value: Json): Json | undefined;
  at(): Place;
  /** Notes that the reader's own value of a dimension decides what it reads. */
  use(dimension: string): void;
  tell(problem: Problem): void;
}

/** `stage.output` when there is such a stage; anything with a slash, and any name without a dot, is a path. */
export function resolveInput(written: string | PathDeclaration, scope: InputScope): ResolvedInput | undefined {
  const declaration = typeof written === 'string' ? { path: written } : written;
  const text = scope.fill(declaration.path);
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || text === '') {
    scope.tell({
      message: `an input must be a path or stage.output, but is ${JSON.stringify(text)}`,
      at: scope.at(),
      advice: 'Write ./data for a folder beside the pipeline file, or STAGE.OUTPUT for what a stage puts out.',
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
  // The values of a matrix may have slashes and dots.
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
    const advice = `${suggestion(stage, names)} If a file is meant, write ./${text}.`;
    scope.tell({ message: `there is no stage «${stage}»`, at: scope.at(), advice });
    return undefined;
  }
  const selected = family.valuesOf(selection);
  if (!selected.ok) {
    scope.tell({ ...selected.failure, at: scope.at() });
    return undefined;
  }
  const wanted: Record<string, MatrixValue> = { ...selected.value };
  for (const dimension of family.dimensions) {
    const own = Object.hasOwn(reader.matrix, dimension) ? reader.matrix[dimension] : undefined;
    if (own === undefined || selection.has(dimension)) continue;
    scope.use(dimension);
    if (!family.has(dimension, own)) {
      const value = `${dimension}=${label(own)}`;
      scope.tell({
        message: `stage «${reader.declared}» has ${value} in its matrix, and stage «${stage}», which it reads, has not`,
        at: scope.at(),
        advice: `Give both the same values, or say which is read: ${stage}@${dimension}=….${output}.`,
      });
      return undefined;
    }
    wanted[dimension] = own;
  }
  return { kind: 'reference', declared: stage, output, instances: family.matching(wanted) };
}
