import { type Result, success } from '../../shared/problem.ts';
import { actionKey, type KeyDocument, keyDocument } from '../fingerprint/action-key.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { StageCode } from '../fingerprint/stage-code.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { PlannedStage } from '../plan/plan.ts';
import type { PathInput } from '../plan/resolve-input.ts';
import { sourcesOf } from '../plan/sources.ts';
import { declaredEnvironment, seesGpus } from './environment.ts';
import type { CompletedStage, Content, Emit } from './events.ts';
import type { Services } from './services.ts';

export interface StageKey {
  readonly key: ActionKey;
  readonly document: KeyDocument;
}

/** Computes the digests of input paths, each once a run, so that a run sees a consistent state. */
export class PathInputs {
  readonly #services: Pick<Services, 'paths' | 'listings'>;
  readonly #emit: Emit;
  readonly #seen = new Map<string, Promise<Result<Digest>>>();

  constructor(services: Pick<Services, 'paths' | 'listings'>, emit: Emit) {
    this.#services = services;
    this.#emit = emit;
  }

  /** `name`: that of the input in `stage`. */
  digest(input: PathInput, stage: string, name: string): Promise<Result<Digest>> {
    const found = this.#seen.get(idOf(input)) ?? this.#read(input, stage, name);
    this.#seen.set(idOf(input), found);
    return found;
  }

  async #read(input: PathInput, stage: string, name: string): Promise<Result<Digest>> {
    const { paths, listings } = this.#services;
    const content: Content = { kind: 'input', name };
    const watch: Watch = (progress) => this.#emit({ type: 'content-progress', stage, content, progress });
    const tree = await paths.of(input.path, { filter: input, listings: listings.directory, watch });
    return tree.ok ? success(tree.value.digest) : tree;
  }
}

function idOf({ path, include, exclude }: PathInput): string {
  return JSON.stringify([path, include, exclude]);
}

/** Returns the code of a planned stage. */
export function codeOf(stage: PlannedStage, { codes }: Pick<Services, 'codes'>): StageCode {
  const code = codes.get(stage.module.path);
  if (code === undefined) throw new Error(`the code of ${stage.module.written} was not read`);
  return code;
}

type KeyServices = Pick<Services, 'codes' | 'environment' | 'runtime'>;

/** Returns the environment variables of a stage: those that it declares, and those that its packages read. */
export function variablesOf(stage: PlannedStage, services: Pick<Services, 'codes' | 'runtime'>): readonly string[] {
  return [...new Set([...stage.env, ...services.runtime.variablesOf(codeOf(stage, services))])];
}

/** Returns the outputs of a stage, or nothing if they are not known yet. */
export type OutputsOf = (stage: string) => Readonly<Record<string, Digest>> | undefined;

export interface KnownParts {
  readonly document: KeyDocument;
  /** The inputs that are not known yet, since the stages that produce them would run. */
  readonly open: readonly string[];
}

/** Returns the parts of a stage's key that are known. Fails if an input path or a runtime fact cannot be read. */
export async function knownParts(
  stage: PlannedStage,
  services: KeyServices,
  paths: PathInputs,
  outputsOf: OutputsOf,
): Promise<Result<KnownParts>> {
  const code = codeOf(stage, services);
  const inputs: Record<string, Digest> = {};
  const open: string[] = [];
  for (const { name, input, from } of sourcesOf(stage)) {
    if (from.kind === 'artifact') {
      const outputs = outputsOf(from.stage);
      const digest = outputs?.[from.output];
      if (outputs === undefined) open.push(name);
      else if (digest === undefined) throw new Error(`${from.stage} has no output ${from.output}`);
      else inputs[name] = digest;
    } else {
      const digest = await paths.digest(from, stage.name, input);
      if (!digest.ok) return digest;
      inputs[name] = digest.value;
    }
  }
  // A stage that requests no GPU computes on the CPU on every machine.
  const runtime = services.runtime.factsOf(code, seesGpus(stage));
  if (!runtime.ok) return runtime;
  const document = keyDocument({
    code: code.digest,
    packages: code.packages,
    params: stage.params,
    inputs,
    env: await declaredEnvironment(services.environment, variablesOf(stage, services)),
    runtime: runtime.value,
  });
  return success({ document, open });
}

/** Returns the action key of a stage whose dependencies are complete. Fails if an input path cannot be read. */
export async function keyOf(
  stage: PlannedStage,
  services: KeyServices,
  paths: PathInputs,
  completed: (stage: string) => Pick<CompletedStage, 'outputs'>,
): Promise<Result<StageKey>> {
  const parts = await knownParts(stage, services, paths, (name) => completed(name).outputs);
  if (!parts.ok) return parts;
  const { document } = parts.value;
  return success({ key: actionKey(document), document });
}
