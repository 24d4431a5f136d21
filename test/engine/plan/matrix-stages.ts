import type { StageInterface } from '../../../src/engine/plan/stage-interface.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

export const MODULES: Readonly<Record<string, StageInterface>> = {
  'data.ts': { params: {}, outputs: ['out'] },
  'train.ts': { params: {}, inputs: ['data', 'dataset?'], outputs: ['model', 'history.json'] },
  'evaluate.ts': { params: {}, inputs: ['model'], outputs: ['score.json'] },
  'compare.ts': { params: {}, inputs: ['models[]', 'scores[]?'], outputs: ['table.csv'] },
};

export const TRAIN = `
  data: { module: data.ts }
  train:
    module: train.ts
    matrix: { backbone: [small-cnn, mobilenet-v2], seed: [1, 2] }
    inputs: { data: data.out }
    params: { backbone: "\${matrix.backbone}", seed: "\${matrix.seed}", note: "seed \${matrix.seed}" }
`;

export function plan(stages: string, overlays: { profile?: string; set?: string[] } = {}, shared = '') {
  return unwrap(planOf(`${shared}\nstages:${stages}`, MODULES, overlays));
}
