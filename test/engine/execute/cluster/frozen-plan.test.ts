import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freezeServices } from '../../../../src/engine/execute/cluster/freeze-services.ts';
import { type FrozenPlan, freeze, thaw } from '../../../../src/engine/execute/cluster/frozen-plan.ts';
import { JobFolder } from '../../../../src/engine/execute/cluster/job-folder.ts';
import { sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { TOY } from '../../../scenarios/cli/toy-pipeline.ts';
import { temporaryFolder } from '../../../support/dataset.ts';
import { Project } from '../../../support/project.ts';
import { unwrap } from '../../../support/result.ts';
import { sessionOf } from '../../../support/session.ts';

const NOTHING = new Set<string>();

/** Freezes the toy pipeline in a folder of its own. */
async function frozen(edit: (project: Project) => void = () => undefined, file = 'pipeline.yaml') {
  const project = new Project(TOY);
  edit(project);
  const { services, close } = await sessionOf(project, file);
  const plan = unwrap(await freezeServices(services, NOTHING));
  close();
  const text = freeze(plan, services.roots, relative(process.cwd(), project.path(file)), 'build');
  return { project, plan, text, roots: services.roots };
}

describe('a frozen plan', () => {
  test('is the same wherever the project lies, so that its jobs are found again', async () => {
    const [first, second] = [await frozen(), await frozen()];
    expect(first.project.directory).not.toBe(second.project.directory);
    expect(second.text.digest).toBe(first.text.digest);
    expect(first.text.text).not.toContain(first.project.directory);
  });

  test('has the plan and the code as they were, with the paths of the machine that reads it', async () => {
    const { plan, text, roots } = await frozen();
    const read = thaw(text.text, text.digest, roots) as FrozenPlan;
    expect(read.plan.stages).toEqual(withoutShown(plan.plan.stages));
    const codeOf = ({ codes }: FrozenPlan) =>
      [...codes].map(([module, { code, text: bundle }]) => [module, code.digest, bundle]);
    expect(codeOf(read)).toEqual(codeOf(plan));
    const elsewhere = thaw(text.text, text.digest, { project: '/other', cache: '/cache' });
    expect(elsewhere?.plan.root).toBe('/other');
    expect(JSON.stringify(elsewhere?.plan)).not.toContain(roots.project);
  });

  test('names the pipeline file of the command line in its places', async () => {
    const { text } = await frozen((project) => project.write('other.yaml', TOY['pipeline.yaml']), 'other.yaml');
    expect(text.text).toContain('"file":"other.yaml"');
    expect(text.text).not.toContain('pipeline.yaml');
  });

  test('has the values of declared variables, and no secrets', async () => {
    process.env['DATA_VERSION'] = '7';
    process.env['API_TOKEN'] = 'very-secret';
    const { text } = await frozen((project) =>
      project.edit(
        'pipeline.yaml',
        'module: stages/count.ts',
        'module: stages/count.ts\n    env: [DATA_VERSION, { name: API_TOKEN, secret: true }]',
      ),
    );
    expect(text.text).toContain('"environment":{"DATA_VERSION":"7"}');
    expect(text.text).not.toContain('very-secret');
  });

  test('that was changed is not read', async () => {
    const { text, roots } = await frozen();
    expect(thaw(text.text.replace('hello', 'hallo'), text.digest, roots)).toBe(undefined);
    expect(thaw(text.text, '../../etc/passwd', roots)).toBe(undefined);
  });
});

test('a plan in the cache that is corrupted is replaced when its stages are submitted again', () => {
  const folder = new JobFolder(temporaryFolder(), 'a'.repeat(64));
  const plan = { digest: sha256('{}'), text: '{}' };
  unwrap(folder.write(plan));
  writeFileSync(join(folder.path, 'plan.json'), '{');
  unwrap(folder.write(plan));
  expect(readFileSync(join(folder.path, 'plan.json'), 'utf8')).toBe('{}');
});

/** Replaces the path of the pipeline file in the places of a plan, as it is frozen. */
function withoutShown(stages: FrozenPlan['plan']['stages']): FrozenPlan['plan']['stages'] {
  return stages.map((stage) => ({
    ...stage,
    inputs: new Map(
      [...stage.inputs].map(([name, input]) => [
        name,
        input.kind === 'path' ? { ...input, at: { ...input.at, file: 'pipeline.yaml' } } : input,
      ]),
    ),
  }));
}
