import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromChecksummed, toChecksummed } from '../../../src/engine/cache/local/checksummed.ts';
import type { ActionRecord } from '../../../src/engine/cache/records.ts';
import { actionKey, type KeyDocument, type RecordedDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { OTHER_SCHEME } from '../../support/messages.ts';
import type { Project, StageJson } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

/** As an earlier version left it: its records have TensorFlow as a part of its own, and keys made of that. */
async function leftByAnEarlierVersion(): Promise<Project> {
  const project = toy();
  expect((await project.run()).exitCode).toBe(0);
  let lockfile = project.read('pipeline.lock');
  const actions = project.path('cache/actions');
  for (const entry of readdirSync(actions, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    const record = fromChecksummed<ActionRecord>(text) as ActionRecord;
    const { runtime: _, ...shared } = record.document as KeyDocument;
    const facts = { tensorflow: { version: '2.21.0', device: 'cpu' } };
    const document = { ...shared, scheme: 1, ...facts } as RecordedDocument;
    const key = actionKey(document);
    project.write(`cache/actions/${key.slice(0, 2)}/${key.slice(2)}.json`, toChecksummed({ ...record, key, document }));
    project.write(`cache/index/last/${record.provenance.stage}.json`, `${JSON.stringify({ key })}\n`);
    project.remove(`cache/actions/${record.key.slice(0, 2)}/${record.key.slice(2)}.json`);
    lockfile = lockfile.replace(record.key, key);
  }
  project.write('pipeline.lock', lockfile);
  return project;
}

function reasonsIn(stages: readonly StageJson[]): Record<string, readonly string[]> {
  return Object.fromEntries(stages.map(({ name, reasons }) => [name, reasons]));
}

test('a cache of an earlier version is intact and can be inspected, and its stages rerun once with a reason', async () => {
  const project = await leftByAnEarlierVersion();
  const verified = await project.pipeline('cache', 'verify');
  expect(verified.exitCode, verified.stderr).toBe(0);

  const { stages } = await project.pipeline('status', '--json');
  expect(reasonsIn(stages)).toEqual({
    read: [OTHER_SCHEME],
    shout: [OTHER_SCHEME, 'read would run'],
    count: [OTHER_SCHEME, 'read would run'],
    join: [OTHER_SCHEME, 'shout would run', 'count would run'],
  });

  const explained = await project.pipeline('explain', 'read');
  expect(explained.exitCode, explained.stderr).toBe(0);
  expect(explained.stdout).toContain(`would run: ${OTHER_SCHEME}\n`);
  expect(explained.stdout).toMatch(/^● {2}scheme +3$/m);

  const text = project.read('pipeline.lock').match(/^ {4}text: "?([0-9a-f]{64})/m)?.[1] ?? '';
  const inspected = await project.pipeline('inspect', text);
  expect(inspected.exitCode, inspected.stderr).toBe(0);
  expect(inspected.stdout).toMatch(/runtime +tensorflow version +2\.21\.0/);
});

test('run --locked rejects a lockfile of an earlier version with that reason, and a run replaces it', async () => {
  const project = await leftByAnEarlierVersion();
  for (const prepare of [() => undefined, () => project.remove('cache')]) {
    prepare();
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`✗ read: ${OTHER_SCHEME}\n✗ shout: ${OTHER_SCHEME}\n`);
  }
  expect((await project.run()).exitCode).toBe(0);
  expect((await project.run('--locked')).which('cached')).toHaveLength(4);
});
