import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join, resolve } from 'node:path';
import { transform } from 'esbuild';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { attribute, blocksIn } from '../../../scripts/docs/markdown.ts';
import { saveModel } from '../../../src/vision/models/saved-model.ts';
import { type Answers, loadClassifier } from '../../../src/vision/predict/index.ts';
import { answersOf, classAnswers, largestDifference } from '../../support/answers.ts';
import { writeFiles } from '../../support/dataset.ts';
import { modelFacts } from '../../support/model-facts.ts';
import { Project } from '../../support/project.ts';
import { tensorFlow } from '../../support/tensorflow.ts';
import { VARIED_TASKS, variedModel } from '../../support/varied-model.ts';
import { jpeg, noise } from '../../vision/data/images/image-makers.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** What a file of docs/serving.md says. */
function shown(file: string): string {
  const blocks = blocksIn(readFileSync(join(ROOT, 'docs/serving.md'), 'utf8'));
  const block = blocks.find((each) => attribute(each, 'file') === file);
  if (block === undefined) throw new Error(`docs/serving.md does not show ${file}.`);
  return block.text;
}

describe('in a project that has a model and the package, and no pipeline', () => {
  let project: Project;
  let photograph: Uint8Array<ArrayBuffer>;
  let expected: Answers;
  let atEnd = () => {};

  beforeAll(async () => {
    project = new Project({ 'server.mjs': shown('server.mjs') }, (cleanUp) => {
      atEnd = cleanUp;
    });
    symlinkSync(join(ROOT, 'node_modules/@tensorflow'), project.path('node_modules/@tensorflow'));
    const tf = await tensorFlow();
    const model = variedModel(tf, 'small-cnn', 32);
    mkdirSync(project.path('served'));
    await saveModel(tf, model, modelFacts({ tasks: VARIED_TASKS }), project.path('served/model'));
    photograph = new Uint8Array(await jpeg(noise(120, 90)));
    const classifier = await loadClassifier(project.path('served'), { threads: 2 });
    const [result] = await classifier.classify([photograph]);
    expected = answersOf(result);
    await classifier.dispose();
  });
  afterAll(() => atEnd());

  /** Starts a program of the project, on the packages as they are built. */
  const start = (program: string) =>
    execaNode(project.path(program), { cwd: project.directory, env: { PORT: '0' }, nodeOptions: [], reject: false });

  test('the program of docs/serving.md prints the answers for an image', async () => {
    const { code } = await transform(shown('classify.ts'), { loader: 'ts' });
    project.write('classify.mjs', code);
    writeFiles(project.directory, { 'photographs/1.jpg': photograph });
    const { stdout, stderr } = await start('classify.mjs');
    expect(stderr).toBe('');
    for (const [task, answer] of classAnswers(expected)) expect(stdout).toContain(`${task} ${answer.class} {`);
  });

  test('the server of docs/serving.md answers images, and survives broken, large and aborted ones', async () => {
    const server = start('server.mjs');
    onTestFinished(() => void server.kill('SIGKILL'));
    const [port] = await Promise.race([once(server.stdout, 'data'), server.then(({ stderr }) => [stderr])]);
    expect(Number(port), port).toBeGreaterThan(0);
    const post = async (body: Uint8Array<ArrayBuffer> | string) => {
      const response = await fetch(`http://127.0.0.1:${Number(port)}`, { method: 'POST', body });
      return { status: response.status, answer: await response.json() };
    };
    const { status, answer } = await post(photograph);
    expect(status).toBe(200);
    expect(classAnswers(answer).map(([task, each]) => [task, each.class])).toEqual(
      classAnswers(expected).map(([task, each]) => [task, each.class]),
    );
    expect(largestDifference(answer, expected)).toBeLessThan(1e-5);
    const truncated = await post(photograph.subarray(0, 200));
    expect(truncated).toMatchObject({
      status: 400,
      answer: { error: expect.stringContaining('cannot decode the image') },
    });
    expect(await post('no image')).toMatchObject({ status: 400 });
    expect(await post(new Uint8Array(10_000_001))).toMatchObject({ status: 413 });

    // A client that goes away in the middle of its image.
    const headers = { 'content-length': photograph.length };
    const cut = request({ port: Number(port), host: '127.0.0.1', method: 'POST', headers });
    cut.on('error', () => undefined);
    await new Promise((sent) => cut.write(photograph.subarray(0, 100), sent));
    cut.destroy();
    const many = await Promise.all(Array.from({ length: 40 }, () => post(photograph)));
    expect(new Set(many.map((each) => each.status))).toEqual(new Set([200]));

    expect(await (await fetch(`http://127.0.0.1:${Number(port)}`)).json()).toMatchObject({
      error: expect.stringContaining('content-length'),
    });

    // A client that always has another request for the connection that it keeps open.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sent = () => {
      const next = request({ port: Number(port), host: '127.0.0.1', method: 'POST', headers, agent });
      next.on('response', (response) => response.resume().once('end', sent));
      next.on('error', () => undefined); // The server has ended.
      next.end(photograph);
      return next;
    };
    await once(sent(), 'response');
    server.kill('SIGTERM');
    expect(await server).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
