import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, success } from '../src/shared/problem.ts';
import type { Row, RunBenchmark } from './benchmark.ts';
import { type Command, time } from './command.ts';
import { pipelineCommand } from './runners/ours.ts';
import { surroundings } from './runners/project.ts';

const ROUNDS = 5;
const SMALL = 100;
const LARGE = 10_000;
const GOAL = 20;
/** The number of stages per layer. All layers but the first read the same content, so only two layers have to run. */
const WIDTH = 20;

const STAGE = `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { column: { type: 'integer' } }, required: ['column'] },
  inputs: ['left?', 'right?'],
  outputs: ['column.txt'],
  run({ params, outputs }) {
    writeFileSync(outputs.column, String(params.column));
  },
});
`;

/** Writes the peak memory of a Node process to a file. */
const PEAK = `const { writeFileSync } = require('node:fs');
process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));
`;

/** Measures how time and memory grow from 100 to 10,000 stages. */
export const graphSize: RunBenchmark = async ({ root, scratch, rounds = ROUNDS, note }) => {
  const small = new Graph(SMALL, root, scratch);
  const large = new Graph(LARGE, root, scratch);
  for (const graph of [small, large]) {
    note(`bringing ${graph.size} stages up to date`);
    const ran = await graph.time('run');
    if (!ran.ok) return ran;
  }
  const cases = ['status', 'run', 'replan'] as const;
  const rows: Row[] = [];
  for (const what of cases) {
    const taken = { ours: [] as number[], theirs: [] as number[] };
    const memory = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round <= rounds; round++) {
      note(`${what}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
      for (const [graph, key] of [
        [small, 'theirs'],
        [large, 'ours'],
      ] as const) {
        const measured = await graph.measure(what);
        if (!measured.ok) return measured;
        if (round === 0) continue;
        taken[key].push(measured.value.milliseconds);
        memory[key].push(measured.value.megabytes);
      }
    }
    const name = what === 'replan' ? 'status after an edit of a comment' : `${what}, nothing changed`;
    rows.push(
      { case: `10,000 stages: ${name}`, peer: '100 stages', ...taken, unit: 'ms', goal: GOAL },
      { case: `10,000 stages: memory of ${name}`, peer: '100 stages', ...memory, unit: 'MB' },
    );
  }
  return success(rows);
};

class Graph {
  readonly size: number;
  readonly #root: string;
  readonly #directory: string;
  readonly #yaml: string;
  #edits = 0;

  constructor(size: number, root: string, scratch: string) {
    this.size = size;
    this.#root = root;
    this.#directory = join(scratch, `graph-${size}`);
    this.#yaml = pipelineOf(size);
    mkdirSync(join(this.#directory, 'node_modules'), { recursive: true });
    symlinkSync(root, join(this.#directory, 'node_modules', 'pipeline'));
    writeFileSync(join(this.#directory, 'stage.ts'), STAGE);
    writeFileSync(join(this.#directory, 'peak.cjs'), PEAK);
    this.#edit();
  }

  async measure(what: 'status' | 'run' | 'replan'): Promise<Result<{ milliseconds: number; megabytes: number }>> {
    if (what === 'replan') this.#edit();
    const milliseconds = await this.time(what === 'run' ? 'run' : 'status');
    if (!milliseconds.ok) return milliseconds;
    if (what === 'replan') this.#edit();
    const watched = await this.time(what === 'run' ? 'run' : 'status', true);
    if (!watched.ok) return watched;
    const kilobytes = Number(readFileSync(join(this.#directory, 'peak'), 'utf8'));
    return success({ milliseconds: milliseconds.value, megabytes: kilobytes / 1024 });
  }

  time(what: 'run' | 'status', watched = false): Promise<Result<number>> {
    const pipeline: Command = pipelineCommand(this.#root, what);
    const [script = '', ...args] = pipeline.args;
    const watch = watched ? ['--require', join(this.#directory, 'peak.cjs')] : [];
    return time(
      { ...pipeline, args: [...watch, script, ...args], environment: { PEAK_FILE: join(this.#directory, 'peak') } },
      surroundings(this.#directory, this.#directory),
    );
  }

  #edit(): void {
    writeFileSync(join(this.#directory, 'pipeline.yaml'), `# edit ${this.#edits++}\n${this.#yaml}`);
  }
}

/** Returns a pipeline of layers of stages; each stage reads two stages of the previous layer. */
function pipelineOf(size: number): string {
  const lines = Array.from({ length: size }, (_, index) => {
    const column = index % WIDTH;
    const above = index - column - WIDTH;
    const inputs =
      above < 0
        ? ''
        : `, inputs: { left: s${above + column}.column, right: s${above + ((column + 1) % WIDTH)}.column }`;
    return `  s${index}: { module: stage.ts, params: { column: ${column} }${inputs} }\n`;
  });
  return `stages:\n${lines.join('')}`;
}
