import type { Json, JsonObject } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline } from './declaration.ts';
import { parseYaml } from './source.ts';
import { suggestion } from './suggest.ts';

/** The profile and params of the command line, which override those of the pipeline file. */
export interface Overlays {
  readonly profile?: string;
  /** Assignments `KEY=VALUE`, in the given order. */
  readonly set: readonly string[];
}

/** The params of a pipeline after its overlays, and the places of the values that the overlays gave. */
export interface Overlaid {
  readonly shared: JsonObject;
  readonly stages: ReadonlyMap<string, JsonObject>;
  /** The place of each overridden value, by `param` or `stage.param`. */
  readonly origins: ReadonlyMap<string, Place>;
}

interface Assignment {
  readonly key: string;
  readonly value: Json;
  readonly place: Place;
}

/** Applies the profile and then each `--set` to the shared params and the params of the stages. */
export function overlay(declared: DeclaredPipeline, overlays: Overlays): { overlaid: Overlaid; problems: Problem[] } {
  const { pipeline } = declared;
  const problems: Problem[] = [];
  const assignments = [
    ...fromProfile(declared, overlays.profile, problems),
    ...overlays.set.flatMap((text) => fromSet(text, problems)),
  ];
  let shared: JsonObject = pipeline.params ?? {};
  const stages = new Map(Object.entries(pipeline.stages).map(([name, stage]) => [name, stage.params ?? {}]));
  const origins = new Map<string, Place>();
  for (const { key, value, place } of assignments) {
    const [first = '', ...rest] = key.split('.');
    const stageParams = stages.get(first);
    if (Object.hasOwn(shared, first)) {
      shared = withValue(shared, [first, ...rest], value);
    } else if (stageParams !== undefined && rest.length > 0) {
      stages.set(first, withValue(stageParams, rest, value));
    } else {
      const known = [...Object.keys(shared), ...(rest.length > 0 ? stages.keys() : [])];
      const subject = rest.length > 0 ? `shared param or stage "${first}"` : `shared param "${first}"`;
      problems.push({ message: `unknown ${subject}`, at: place, advice: suggestion(first, known) });
      continue;
    }
    origins.set(key, place);
  }
  return { overlaid: { shared, stages, origins }, problems };
}

function fromProfile(
  { pipeline, source }: DeclaredPipeline,
  name: string | undefined,
  problems: Problem[],
): Assignment[] {
  if (name === undefined) return [];
  const profiles = pipeline.profiles ?? {};
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) {
    problems.push({
      message: `unknown profile "${name}"`,
      at: { file: source.file, ...(pipeline.profiles && source.place(['profiles'], 'key')) },
      advice: suggestion(name, Object.keys(profiles)),
    });
    return [];
  }
  return Object.entries(profile).map(([key, value]) => ({
    key,
    value,
    place: source.place(['profiles', name, key], 'key'),
  }));
}

function fromSet(text: string, problems: Problem[]): Assignment[] {
  const file = `--set ${text}`;
  const at = text.indexOf('=');
  const example = 'For example: --set learning_rate=1e-4, or --set train.learning_rate=1e-4 for one stage.';
  if (at <= 0) {
    problems.push({ message: 'expected KEY=VALUE', at: { file }, advice: example });
    return [];
  }
  const parsed = parseYaml(file, text.slice(at + 1));
  if (!parsed.ok) {
    for (const { message, at: place, advice } of parsed.failure) {
      // There is no line to show: the value is a part of the command line.
      const where = place?.line === 1 ? ` (at character ${place.column} of the value)` : '';
      problems.push({ message: `${message}${where}`, at: { file }, advice: advice ?? example });
    }
    return [];
  }
  return [{ key: text.slice(0, at), value: (parsed.value.value ?? null) as Json, place: { file } }];
}

function withValue(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [first = '', ...rest] = path;
  const before = object[first];
  const child = typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as JsonObject) : {};
  return { ...object, [first]: rest.length === 0 ? value : withValue(child, rest, value) };
}
