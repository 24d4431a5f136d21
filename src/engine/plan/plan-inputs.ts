import type { Problem } from '../../shared/problem.ts';
import type { Instance } from './family.ts';
import { type DeclaredInput, toInput } from './input-names.ts';
import { compareValues, type MatrixValues, sortDimensions } from './matrix.ts';
import type { ResolvedStage } from './resolve.ts';
import type { PathInput, ReferenceInput } from './resolve-input.ts';
import { type StageInterface, toOutput } from './stage-interface.ts';
import { list, suggestion } from './suggest.ts';

/** An output of another stage. */
export interface ArtifactInput {
  readonly kind: 'artifact';
  readonly stage: string;
  readonly output: string;
}

export interface CollectedItem {
  /** Sorted by dimension; empty for an output of a stage without a matrix, and for a path. */
  readonly matrix: MatrixValues;
  readonly source: ArtifactInput | PathInput;
}

/** The artifacts that an input declared as `models[]` reads. */
export interface CollectionInput {
  readonly kind: 'collection';
  /** Sorted by their matrix values, independent of the order in the pipeline file. */
  readonly items: readonly CollectedItem[];
}

export type StageInput = ArtifactInput | PathInput | CollectionInput;

/** Determines what each input of a stage reads, and reports invalid inputs. */
export class InputPlanner {
  readonly #interfaceOf: (stage: string) => StageInterface | undefined;
  readonly #declared = new Map<StageInterface, ReadonlyMap<string, DeclaredInput>>();
  /** Collections by instances and output, since ten thousand stages may collect the same ones. */
  readonly #collected = new Map<readonly Instance[], Map<string, CollectionInput>>();

  /** `interfaceOf` returns the declarations of an instance by its name. */
  constructor(interfaceOf: (stage: string) => StageInterface | undefined) {
    this.#interfaceOf = interfaceOf;
  }

  plan(stage: ResolvedStage): { readonly inputs: ReadonlyMap<string, StageInput>; readonly problems: Problem[] } {
    const problems: Problem[] = [];
    const declared = this.#inputsOf(this.#interfaceOf(stage.name));
    const inputs = new Map<string, StageInput>();
    for (const [name, input] of stage.inputs) {
      const known = declared?.get(name);
      if (input.kind === 'reference') problems.push(...this.#outputProblems(stage, name, input));
      if (known?.collects) inputs.set(name, this.#collect(input));
      else if (input.kind === 'path') inputs.set(name, input);
      else {
        const [first, second] = input.instances;
        if (first === undefined) throw new Error(`${name} of ${stage.name} reads nothing`);
        inputs.set(name, { kind: 'artifact', stage: first.name, output: input.output });
        // Which one of them an instance reads is not known before the instance is.
        if (known !== undefined && second !== undefined && !stage.isOpen)
          problems.push(severalProblem(stage, name, input));
      }
    }
    if (declared !== undefined) problems.push(...nameProblems(stage, declared));
    return { inputs, problems };
  }

  #inputsOf(declared: StageInterface | undefined): ReadonlyMap<string, DeclaredInput> | undefined {
    if (declared === undefined) return undefined;
    let inputs = this.#declared.get(declared);
    if (inputs === undefined) {
      inputs = new Map((declared.inputs ?? []).map(toInput).map((input) => [input.name, input]));
      this.#declared.set(declared, inputs);
    }
    return inputs;
  }

  #collect(input: PathInput | ReferenceInput): CollectionInput {
    if (input.kind === 'path') return { kind: 'collection', items: [{ matrix: {}, source: input }] };
    const { instances, output } = input;
    const byOutput = this.#collected.get(instances) ?? new Map<string, CollectionInput>();
    this.#collected.set(instances, byOutput);
    let collection = byOutput.get(output);
    if (collection === undefined) {
      const items = instances.map(({ name, matrix }): CollectedItem => {
        return { matrix: sortDimensions(matrix), source: { kind: 'artifact', stage: name, output } };
      });
      items.sort((a, b) => compareValues(a.matrix, b.matrix));
      collection = { kind: 'collection', items };
      byOutput.set(output, collection);
    }
    return collection;
  }

  /** Reports an output that the referenced stage does not declare. The stage itself has been checked before. */
  #outputProblems(stage: ResolvedStage, name: string, { declared, output, instances }: ReferenceInput): Problem[] {
    const source = this.#interfaceOf(instances[0]?.name ?? '');
    const outputs = source?.outputs.map((written) => toOutput(written).name);
    if (outputs === undefined || outputs.includes(output)) return [];
    return [
      {
        message: `stage "${declared}" has no output "${output}"`,
        at: stage.places.input(name, 'value'),
        advice: suggestion(output, outputs),
      },
    ];
  }
}

function severalProblem(stage: ResolvedStage, name: string, { declared, output, instances }: ReferenceInput): Problem {
  const dimensions = Object.keys(instances[0]?.matrix ?? {}).filter(
    (dimension) => !Object.hasOwn(stage.matrix, dimension),
  );
  return {
    message: `input "${name}" of stage "${stage.declared}" takes one artifact, but ${instances.length} instances of stage "${declared}" match`,
    at: stage.places.input(name, 'value'),
    advice:
      `To read all of them, declare the input as "${name}[]" in ${declarerOf(stage)}. To read one, name it ` +
      `(${instances[0]?.name}.${output}), or give stage "${stage.declared}" the same matrix over ${list(dimensions)}.`,
  };
}

/** A command declares its inputs in the pipeline file, and what it declares is what it gets. */
function declarerOf(stage: ResolvedStage): string {
  return stage.kind === 'module' ? stage.module.written : 'the pipeline file';
}

/** Reports inputs that the module declares and the pipeline file omits, and the reverse. */
function nameProblems(stage: ResolvedStage, declared: ReadonlyMap<string, DeclaredInput>): Problem[] {
  const problems: Problem[] = [];
  const missing = [...declared.values()].filter(({ name, optional }) => !optional && !stage.inputs.has(name));
  if (missing.length > 0) {
    problems.push({
      message: `stage "${stage.declared}" lacks input ${list(missing.map(({ name }) => `"${name}"`))}, which ${declarerOf(stage)} declares`,
      at: stage.places.stage(),
      advice: `Add to its inputs: ${missing.map(({ name }) => `${name}: STAGE.OUTPUT or a path`).join(', ')}.`,
    });
  }
  for (const name of stage.inputs.keys()) {
    if (declared.has(name)) continue;
    problems.push({
      message: `unknown input "${name}" of stage "${stage.declared}"`,
      at: stage.places.input(name, 'key'),
      advice: suggestion(name, [...declared.keys()]),
    });
  }
  return problems;
}
