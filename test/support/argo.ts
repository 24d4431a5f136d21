import type { StageInterface } from '../../src/engine/plan/stage-interface.ts';
import { toArgo, type WorkflowSettings } from '../../src/engine/report/argo/argo.ts';
import { planOf } from './plan.ts';
import { unwrap } from './result.ts';

export const SETTINGS: WorkflowSettings = {
  image: 'registry.example.org/fashionai:1',
  command: ['node_modules/.bin/pipeline', 'exec', '--plan', 'abc'],
  secrets: { stages: 'fashionai', remote: 'fashionai-remote' },
  variablesOf: ({ env }) => env,
  keepGoing: false,
};

const MODULES: Readonly<Record<string, StageInterface>> = {
  'read.ts': { outputs: ['text'] },
  'train.ts': { inputs: ['text?'], params: { type: 'object' }, outputs: ['model'] },
  'join.ts': { inputs: ['models[]'], outputs: ['best'] },
};

/** Exports all stages of a pipeline file as an Argo Workflow. */
export function exported(text: string, settings: Partial<WorkflowSettings> = {}) {
  const plan = unwrap(planOf(text, MODULES));
  return toArgo(plan, new Set(plan.stages.map(({ name }) => name)), { ...SETTINGS, ...settings });
}
