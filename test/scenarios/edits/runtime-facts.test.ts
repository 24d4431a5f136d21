import { rmSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project, toFinished } from '../../support/project.ts';

const LIBRARY = 'node_modules/onnxruntime-node/bin/libonnxruntime.so.1';

/**
 * A stage `infer` that imports `helper`, which imports `onnxruntime-node`, whose native library is not in npm's
 * lockfile; a stage `train` that imports `layers`, which imports TensorFlow; a stage `plain` that imports neither.
 */
const FILES = {
  'pipeline.yaml': `runtime_facts:
  onnxruntime:
    packages: [onnxruntime-node]
    files: [bin/libonnxruntime.so.1]
    env: [ORT_DEVICE]
    device: true
stages:
  infer: { module: stages/infer.ts }
  train: { module: stages/train.ts }
  plain: { module: stages/plain.ts }
`,
  'stages/infer.ts': stage('helper', 'process.env.ORT_DEVICE ?? "no device"'),
  'stages/train.ts': stage('layers', '"weights"'),
  'stages/plain.ts': stage('other', 'process.env.ORT_DEVICE ?? "no device"'),
  ...packageFiles('helper', 'onnxruntime-node'),
  ...packageFiles('onnxruntime-node'),
  ...packageFiles('layers', '@tensorflow/tfjs-node'),
  ...packageFiles('@tensorflow/tfjs-node'),
  ...packageFiles('other'),
  [LIBRARY]: 'native code',
  'node_modules/@tensorflow/tfjs-node/tensorflow.json': '{ "tensorflow": "2.21.0", "variant": "cpu" }',
};

function stage(imports: string, writes: string): string {
  return `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { used } from '${imports}';

export default defineStage({
  outputs: ['out.txt'],
  run({ outputs }) {
    writeFileSync(outputs.out, used + ' ' + (${writes}));
  },
});
`;
}

function packageFiles(name: string, ...requires: readonly string[]): Record<string, string> {
  const lines = [...requires.map((required) => `require('${required}');`), `exports.used = '${name}';`];
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    [`node_modules/${name}/index.js`]: `${lines.join('\n')}\n`,
  };
}

async function finished(): Promise<Project> {
  const project = new Project(FILES);
  const { exitCode, stderr } = await project.run();
  expect(exitCode, stderr).toBe(0);
  return project;
}

/** Runs the pipeline. Returns the stages that ran, with their reasons. */
async function reruns(project: Project, env: Record<string, string> = {}): Promise<Record<string, readonly string[]>> {
  const run = toFinished(await project.start(['run', '--json'], env));
  expect(run.exitCode, run.stderr).toBe(0);
  return Object.fromEntries(
    run.stages.flatMap(({ name, outcome, reasons }) => (outcome === 'ran' ? [[name, reasons] as const] : [])),
  );
}

/** Returns the key document of a stage. */
async function documentOf(project: Project, name: string): Promise<{ runtime: object; env: object }> {
  const { stdout } = await project.pipeline('explain', name, '--json');
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { document: { runtime: object; env: object } })
    .document;
}

describe('runtime facts that pipeline.yaml declares', () => {
  test('rerun nothing while the files of the package stay the same', async () => {
    const project = await finished();
    expect(await reruns(project)).toEqual({});
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
    const runtime = { onnxruntime: { device: 'cpu', 'file bin/libonnxruntime.so.1': digest } };
    expect(await documentOf(project, 'infer')).toMatchObject({ runtime, env: { ORT_DEVICE: null } });
    expect(await documentOf(project, 'plain')).toMatchObject({ runtime: {}, env: {} });
  });

  test.each<[string, (project: Project) => void, string]>([
    [
      'another library is installed, which is not in the lockfile of npm',
      (project) => project.write(LIBRARY, 'other code!'),
      'onnxruntime: file bin/libonnxruntime.so.1 changed',
    ],
    [
      'the library is deleted',
      (project) => project.remove(LIBRARY),
      'onnxruntime: file bin/libonnxruntime.so.1 present → absent',
    ],
    [
      'the declaration of the facts changes',
      (project) => project.edit('pipeline.yaml', 'device: true', 'device: false'),
      'onnxruntime: device cpu → none',
    ],
    [
      'the facts are no longer declared',
      (project) => project.edit('pipeline.yaml', '[onnxruntime-node]', '[nobody-has-it]'),
      'env ORT_DEVICE is no longer declared',
    ],
  ])('rerun only the stage that reaches the package, with the reason, when %s', async (_what, edit, reason) => {
    const project = await finished();
    edit(project);
    const { infer, ...others } = await reruns(project);
    expect(infer).toContain(reason);
    expect(others).toEqual({});
  });

  test('pass the variables that the package reads only to the stage that reaches it', async () => {
    const project = await finished();
    expect(await reruns(project, { ORT_DEVICE: 'npu' })).toEqual({ infer: ['env ORT_DEVICE is set now'] });
    const exported = toFinished(await project.start(['export', 'infer', 'exported'], { ORT_DEVICE: 'npu' }));
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(project.read('exported/out.txt')).toBe('helper npu');
  });

  test('follow a symbolic link to the library of the package', async () => {
    const project = await finished();
    project.write('elsewhere/lib.so', 'native code');
    rmSync(project.path(LIBRARY));
    symlinkSync(project.path('elsewhere/lib.so'), project.path(LIBRARY));
    expect(await reruns(project)).toEqual({});
    project.write('elsewhere/lib.so', 'other code!');
    expect(Object.keys(await reruns(project))).toEqual(['infer']);
  });

  test('fail the run with the path of a file that cannot be read', async () => {
    const project = await finished();
    project.edit('pipeline.yaml', 'files: [bin/libonnxruntime.so.1]', 'files: [bin]');
    symlinkSync('gone.so.1', project.path('node_modules/onnxruntime-node/bin/libgone.so'));
    const { exitCode, stderr } = await project.run();
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('bin/libgone.so: it was deleted while being read, or is a broken symbolic link');
  });

  test('are refused under the name of a built-in fact, with the location', async () => {
    const project = new Project(FILES);
    project.edit('pipeline.yaml', '  onnxruntime:', '  tensorflow:');
    const { exitCode, stderr } = await project.run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('pipeline.yaml:2:3: runtime fact "tensorflow" is built in and cannot be redeclared');
  });

  test('are shown by explain and inspect and written to the lockfile', async () => {
    const project = await finished();
    expect((await project.pipeline('explain', 'infer')).stdout).toMatch(/^ +runtime +onnxruntime device +cpu$/m);
    expect((await project.pipeline('inspect', 'train')).stdout).toMatch(/^ +runtime +tensorflow version +2\.21\.0$/m);
    expect(project.read('pipeline.lock')).toMatch(
      / {2}runtime:\n {4}onnxruntime:\n {6}device: cpu\n {6}"file bin\/libonnxruntime\.so\.1": "?[0-9a-f]{64}/,
    );
  });

  test('make run --locked refuse another library, even with an empty cache', async () => {
    const project = await finished();
    project.remove('cache');
    project.write(LIBRARY, 'other code!');
    const refused = await project.run('--locked');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(
      '✗ infer: onnxruntime: file bin/libonnxruntime.so.1 changed; packages of stages/infer.ts changed\n',
    );
    expect(refused.stderr).not.toContain('✗ train');
  });
});

describe('the version and device of TensorFlow', () => {
  test('are in the key of a stage that reaches TensorFlow only through another package', async () => {
    const project = await finished();
    const { runtime } = await documentOf(project, 'train');
    expect(runtime).toEqual({ tensorflow: { version: '2.21.0', device: 'cpu' } });
    project.edit('node_modules/@tensorflow/tfjs-node/tensorflow.json', '2.21.0', '2.22.0');
    expect(await reruns(project)).toEqual({ train: ['TensorFlow: version 2.21.0 → 2.22.0'] });
  });
});
