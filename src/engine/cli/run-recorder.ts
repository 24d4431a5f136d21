import { ownHandle } from '../../shared/holder.ts';
import type { Result } from '../../shared/problem.ts';
import type { RunRecord, StageOutcomeRecord } from '../cache/records.ts';
import type { History } from '../cache/stores.ts';
import type { RunEvent, RunResult, StageResult } from '../execute/events.ts';
import type { JsonObject } from '../plan/declaration.ts';
import type { Plan } from '../plan/plan.ts';

/** How long a record may lag behind a run in progress, in milliseconds. With many stages it takes a while to write. */
const LAG_MILLISECONDS = 1000;

/**
 * Records a run in the history: at its end and, as soon as it does something that takes long, while it is in progress.
 * So a run that is killed has a record, too.
 */
export class RunRecorder {
  readonly #history: Pick<History, 'addRun'>;
  readonly #about: Pick<RunRecord, 'pipeline' | 'project' | 'file'>;
  #params: ReadonlyMap<string, JsonObject>;
  readonly #started = new Date();
  readonly #results = new Map<string, StageResult>();
  readonly #running = new Set<string>();
  #run = '';
  #stages: readonly string[] = [];
  #isRecorded = false;
  #next: NodeJS.Timeout | undefined;

  constructor(history: Pick<History, 'addRun'>, plan: Plan, about: Pick<RunRecord, 'project' | 'file'>) {
    this.#history = history;
    this.#params = paramsOf(plan);
    this.#about = { pipeline: plan.name, ...about };
  }

  /** Whether the record was written before the end of the run, because something had to be done. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  note(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#run = event.run;
        this.#stages = event.stages;
        break;
      case 'run-replanned':
        this.#stages = event.stages;
        this.#params = paramsOf(event.plan);
        break;
      case 'stage-started':
        this.#running.add(event.stage);
        this.#recordSoon();
        break;
      case 'stage-waiting':
      case 'content-progress':
        this.#recordSoon();
        break;
      case 'stage-finished':
        this.#results.set(event.result.name, event.result);
        if (this.#isRecorded) this.#recordSoon();
        break;
      default:
    }
  }

  finish({ run, ok, seconds, stages }: RunResult): Result<void> {
    clearTimeout(this.#next);
    return this.#write({ run, ok, seconds, stages: stages.map((stage) => this.#outcomeOf(stage.name, stage)) });
  }

  /** The first record is written at once, the others a little later. If that fails, so does the last one. */
  #recordSoon(): void {
    if (this.#next !== undefined) return;
    const record = () => {
      this.#next = undefined;
      this.#recordProgress();
    };
    if (this.#isRecorded) this.#next = setTimeout(record, LAG_MILLISECONDS).unref();
    else this.#recordProgress();
  }

  #recordProgress(): void {
    this.#isRecorded = true;
    this.#write({
      run: this.#run,
      seconds: (Date.now() - this.#started.getTime()) / 1000,
      ok: false,
      holder: ownHandle(),
      stages: this.#stages.map((name) => this.#outcomeOf(name, this.#results.get(name))),
    });
  }

  #write(record: Omit<RunRecord, 'pipeline' | 'project' | 'file' | 'started'>): Result<void> {
    return this.#history.addRun({ ...this.#about, started: this.#started.toISOString(), ...record });
  }

  #outcomeOf(name: string, result: StageResult | undefined): StageOutcomeRecord {
    const params = this.#params.get(name) ?? {};
    if (result === undefined) {
      const outcome = this.#running.has(name) ? 'running' : 'waiting';
      return { name, outcome, seconds: 0, reasons: [], params, outputs: {}, metrics: {} };
    }
    return {
      name,
      outcome: result.outcome,
      seconds: result.seconds,
      reasons: result.reasons,
      ...('key' in result && result.key !== undefined && { key: result.key }),
      params,
      outputs: 'outputs' in result ? result.outputs : {},
      metrics: 'metrics' in result ? result.metrics : {},
      ...('usage' in result && result.usage !== undefined && { usage: result.usage }),
    };
  }
}

function paramsOf({ stages }: Plan): ReadonlyMap<string, JsonObject> {
  return new Map(stages.map(({ name, params }) => [name, params]));
}
