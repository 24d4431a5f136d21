import type { Json } from '../../shared/json.ts';
import { type Result, success } from '../../shared/problem.ts';
import { actionKey, type KeyCommand, type KeyDocument, keyDocument } from '../fingerprint/action-key.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from '../fingerprint/digest.ts';
import type { StageCode } from '../fingerprint/stage-code.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { PlannedCommand, PlannedModule, PlannedStage } from '../plan/plan.ts';
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

/** Returns the code of a planned stage with a module. */
export function codeOf(stage: PlannedModule, { codes }: Pick<Services, 'codes'>): StageCode {
  const code = codes.get(stage.module.path);
  if (code === undefined) throw new Error(`the code of ${stage.module.written} was not read`);
  return code;
}

type KeyServices = Pick<Services, 'codes' | 'environment' | 'runtime' | 'versions'>;

/** Returns the environment variables of a stage: those that it declares, and those that its packages read. */
export function variablesOf(stage: PlannedStage, services: Pick<Services, 'codes' | 'runtime'>): readonly string[] {
  if (stage.kind === 'command') return stage.env;
  return [...new Set([...stage.env, ...services.runtime.variablesOf(codeOf(stage, services))])];
}

/** Returns the environment variables that a stage is given because the class of the machine depends on them. */
export function machineVariablesOf(
  stage: PlannedStage,
  services: Pick<Services, 'codes' | 'runtime'>,
): readonly string[] {
  return stage.kind === 'command' ? [] : services.runtime.machineVariablesOf(codeOf(stage, services));
}

/** Returns the digests of the sources of a stage's local modules, by their paths. */
export function modulesOf(stage: PlannedStage, services: Pick<Services, 'codes'>): StageCode['modules'] {
  return stage.kind === 'module' ? codeOf(stage, services).modules : {};
}

/** Returns the outputs of a stage, or nothing if they are not known yet. */
export type OutputsOf = (stage: string) => Readonly<Record<string, Digest>> | undefined;

export interface KnownParts {
  readonly document: KeyDocument;
  /** The inputs that are not known yet, since the stages that produce them would run. */
  readonly open: readonly string[];
}

type ProgramParts = Pick<KeyDocument, 'code' | 'command' | 'packages' | 'runtime'>;

/** Returns the parts of a key that say what a stage runs. */
async function programOf(stage: PlannedStage, services: KeyServices): Promise<Result<ProgramParts>> {
  if (stage.kind === 'command') return commandOf(stage, services);
  const code = codeOf(stage, services);
  // A stage that requests no GPU computes on the CPU on every machine.
  const runtime = services.runtime.factsOf(code, seesGpus(stage));
  return runtime.ok ? success({ code: code.digest, packages: code.packages, runtime: runtime.value }) : runtime;
}

async function commandOf(
  { command, outputs, env }: PlannedCommand,
  { versions }: KeyServices,
): Promise<Result<ProgramParts>> {
  const version = command.version && (await versions.of(command.version, env));
  if (version?.ok === false) return version;
  const inKey: KeyCommand = {
    run: command.template,
    outputs: outputs.map(({ file }) => file),
    ...(version && { version: version.value }),
  };
  const code = sha256(canonicalJson(inKey as unknown as Json));
  return success({ code, command: inKey, packages: {}, runtime: {} });
}

/** Returns the parts of a stage's key that are known. Fails if an input path, a version or a runtime fact cannot be read. */
export async function knownParts(
  stage: PlannedStage,
  services: KeyServices,
  paths: PathInputs,
  outputsOf: OutputsOf,
): Promise<Result<KnownParts>> {
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
  const program = await programOf(stage, services);
  if (!program.ok) return program;
  const document = keyDocument({
    ...program.value,
    params: stage.params,
    inputs,
    env: await declaredEnvironment(services.environment, variablesOf(stage, services)),
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
