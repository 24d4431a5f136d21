import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heraPython } from '../../scripts/keras/environment.js';
import type { WorkflowSettings } from '../../src/engine/report/argo/argo.ts';
import type { Workflow } from '../../src/engine/report/argo/workflow.ts';
import { exported } from '../support/argo.ts';
import { Keras } from '../support/keras-process.ts';
import { unwrap } from '../support/result.ts';

let python: Keras;

beforeAll(async () => {
  python = new Keras(unwrap(await heraPython((message) => process.stderr.write(`${message}\n`))));
});

afterAll(() => python.end());

const stages = (seeds: number) => `stages:
  read: { module: read.ts }
  train:
    module: train.ts
    matrix: { seed: [${Array.from({ length: seeds }, (_, seed) => seed)}] }
    inputs: { text: read.text }
    params: { seed: "\${matrix.seed}" }
    resources: { cpu: 4, memory: 8GB, gpu: 1 }
    env: [LANGUAGE, { name: API_TOKEN, secret: true }]
    grace: 2m
    retries: 2
  join: { module: join.ts, inputs: { models: train.model } }
`;

function workflowOf(seeds: number, settings: Partial<WorkflowSettings> = {}): Workflow {
  return unwrap(exported(stages(seeds), settings));
}

describe('a workflow in the models that Hera has generated from the schema of Argo', () => {
  // A field that the schema does not have would be dropped, and one of another type would be an error.
  test.each<[string, Workflow]>([
    ['with a task for each stage', workflowOf(3)],
    ['with one task for a large matrix', workflowOf(300)],
    ['with a volume, a limit and --keep-going', workflowOf(3, { claim: 'cache', jobs: 8, keepGoing: true })],
  ])('%s stays as it is', async (_name, workflow) => {
    const read = await python.run<Workflow>(
      `import json
from hera.workflows.models import Workflow
model = Workflow.model_validate(workflow, strict=True)
result = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))`,
      { workflow },
    );
    expect(read).toEqual(workflow);
  });

  test('would show a field that Argo does not have', async () => {
    const read = await python.run<Workflow>(
      `import json
from hera.workflows.models import Workflow
model = Workflow.model_validate(workflow)
result = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))`,
      { workflow: { ...workflowOf(1), unknown: true } },
    );
    expect(read).toEqual(workflowOf(1));
  });
});
