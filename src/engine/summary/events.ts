import { readNumbers } from '../../shared/non-finite.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { type Fields, isNumber, isObject, isString, isStrings } from '../../shared/shapes.ts';
import { type ActionKey, isDigest } from '../fingerprint/digest.ts';
import type { DifferenceFacts, OutdatedFacts, ProblemFacts } from './facts.ts';

/** A stage as `run --json` and the history have it. */
export interface ObservedStage {
  readonly name: string;
  readonly outcome: string;
  readonly seconds: number;
  readonly reasons: readonly string[];
  readonly key: ActionKey | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a job has seen of a run. */
export interface Observed {
  readonly pipeline: string | undefined;
  readonly run: string | undefined;
  /** Undefined if the command did not come to its end. */
  readonly ok: boolean | undefined;
  readonly seconds: number;
  readonly stages: readonly ObservedStage[];
  readonly verified: readonly string[];
  readonly differences: readonly DifferenceFacts[];
  readonly outdated: readonly OutdatedFacts[];
  readonly problems: readonly ProblemFacts[];
  readonly warnings: readonly ProblemFacts[];
}

/** Reads what `run --json` and `verify --json` have printed. Other lines are skipped: the last one may be cut off. */
export function observe(text: string): Observed {
  const observer = new Observer();
  for (const line of text.split('\n')) {
    const value = line.startsWith('{') ? parseJson(line)?.value : undefined;
    if (isObject(value)) observer.take(value);
  }
  return observer.observed();
}

class Observer {
  #pipeline: string | undefined;
  #run: string | undefined;
  #isVerifying = false;
  #endings: (boolean | undefined)[] = [];
  #seconds = 0;
  #stages = new Map<string, ObservedStage>();
  /** The names of the stages in the order of the graph, while they finish in another one. */
  #order: readonly string[] = [];
  readonly #verified: string[] = [];
  readonly #differences: DifferenceFacts[] = [];
  readonly #outdated: OutdatedFacts[] = [];
  readonly #problems: ProblemFacts[] = [];
  readonly #warnings: ProblemFacts[] = [];

  take(event: Fields): void {
    const { type, pipeline, run, purpose } = event;
    switch (type) {
      case 'run-started':
        this.#isVerifying = purpose === 'verify';
        if (isString(pipeline)) this.#pipeline = pipeline;
        if (isString(run) && !this.#isVerifying) this.#run = run;
        this.#endings.push(undefined);
        break;
      case 'stage-finished':
        this.#addStage(event);
        break;
      case 'difference':
        this.#addDifference(event);
        break;
      case 'verified':
        if (isString(event['stage']) && event['verdict'] === 'equal') this.#verified.push(event['stage']);
        break;
      case 'stage-warning':
        this.#warnings.push(...problemIn(event, isString(event['stage']) ? event['stage'] : null));
        break;
      case 'problem':
        this.#problems.push(...problemIn(event, null));
        break;
      case 'run-finished':
        this.#finish(event);
        break;
      default:
    }
  }

  observed(): Observed {
    const rank = ({ stage }: DifferenceFacts) => {
      const found = this.#order.indexOf(stage);
      return found === -1 ? this.#order.length : found;
    };
    const isOver = this.#endings.length > 0 && this.#endings.every((ending) => ending !== undefined);
    return {
      pipeline: this.#pipeline,
      run: this.#run,
      ok: isOver ? this.#endings.every((ending) => ending === true) : undefined,
      seconds: this.#seconds,
      stages: [...this.#stages.values()],
      verified: this.#verified,
      differences: this.#differences.toSorted((a, b) => rank(a) - rank(b)),
      outdated: this.#outdated,
      problems: this.#problems,
      warnings: this.#warnings,
    };
  }

  #addStage(event: Fields): void {
    const stage = stageIn(event);
    if (stage === undefined) return;
    if (!this.#isVerifying) this.#stages.set(stage.name, stage);
    const { failure } = event;
    if (!isObject(failure) || failure['kind'] === 'difference') return;
    const { problems } = failure;
    for (const each of Array.isArray(problems) ? problems : [])
      if (isObject(each)) this.#problems.push(...problemIn(each, stage.name));
  }

  /** A difference of an output, or of a stage that does not match the lockfile. */
  #addDifference({ stage, output, file, reasons }: Fields): void {
    if (!isString(stage) || !isStrings(reasons)) return;
    if (isString(output) && isString(file)) this.#differences.push({ stage, file, words: reasons.join('; ') });
    else this.#outdated.push({ stage, reasons });
  }

  #finish({ ok, seconds, stages }: Fields): void {
    if (this.#endings.at(-1) === undefined) this.#endings.pop();
    this.#endings.push(ok === true);
    if (isNumber(seconds)) this.#seconds += seconds;
    const finished = Array.isArray(stages)
      ? stages.flatMap((each) => (isObject(each) ? (stageIn(each) ?? []) : []))
      : [];
    if (finished.length === 0) return;
    this.#order = finished.map(({ name }) => name);
    if (!this.#isVerifying) this.#stages = new Map(finished.map((stage) => [stage.name, stage]));
  }
}

function stageIn(event: Fields): ObservedStage | undefined {
  const { name, outcome, seconds, reasons, key, outputs, metrics } = event;
  if (!isString(name) || !isString(outcome)) return undefined;
  return {
    name,
    outcome,
    seconds: isNumber(seconds) ? seconds : 0,
    reasons: isStrings(reasons) ? reasons : [],
    key: isString(key) && isDigest(key) ? (key as string as ActionKey) : undefined,
    outputs: isObject(outputs) ? textsIn(outputs) : {},
    metrics: isObject(metrics) ? readNumbers(metrics) : {},
  };
}

function textsIn(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => isString(entry[1])));
}

/** The problems of a stage have their place as an object, those of a command as fields. */
function problemIn({ at, ...fields }: Fields, stage: string | null): ProblemFacts[] {
  const { message, file, line, column, advice }: Fields = { ...fields, ...(isObject(at) && at) };
  if (!isString(message)) return [];
  const parts = [file, line, column].filter((part) => isString(part) || isNumber(part));
  const place = parts.length > 0 ? parts.join(':') : null;
  return [{ stage, message, place, advice: isString(advice) ? advice : null }];
}
