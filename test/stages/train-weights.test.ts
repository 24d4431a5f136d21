import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backboneNames } from '../../src/vision/models/backbones/index.ts';
import { imagenetWeights } from '../../src/vision/models/imagenet-weights.ts';
import train from '../../stages/train.ts';
import { digestsIn, temporaryFolder } from '../support/dataset.ts';
import { FileServer, status, whole } from '../support/file-server.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';

const params = { backbone: 'small-cnn', learning_rate: 3e-3, epochs: 1, batch_size: 8, seed: 2018, dropout: 0.1 };

const firstLoss = (outputs: Readonly<Record<string, string>>): number =>
  JSON.parse(readFileSync(outputs['history'] ?? '', 'utf8')).epochs[0].loss;
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

describe('the param save_as', () => {
  test("saves the model for Keras and as a drawing, besides TensorFlow.js' format, byte-identical in each run", async () => {
    const inputs = await labelledImages();
    const saving = { params: { ...params, save_as: ['h5', 'keras', 'svg', 'png'] }, inputs };
    const [one, other] = [await runStage(train, saving), await runStage(train, saving)];
    const model = one.outputs['model'] ?? '';
    expect(readdirSync(model).sort()).toEqual([
      'model.h5',
      'model.json',
      'model.keras',
      'model.png',
      'model.svg',
      'pipeline.json',
      'summary.txt',
      'weights.bin',
    ]);
    expect(digestsIn(other.outputs['model'] ?? '')).toEqual(digestsIn(model));
  });
});

describe('training that starts from weights saved by Keras', () => {
  /** Trains a model for some epochs and saves it as model.h5. */
  const pretrained = async () => {
    const inputs = await labelledImages(60);
    const { outputs } = await runStage(train, { params: { ...params, epochs: 6, save_as: ['h5'] }, inputs });
    return { inputs, randomLoss: firstLoss(outputs), file: join(outputs['model'] ?? '', 'model.h5') };
  };

  test('loads them from an input, from a path and from a URL, which is downloaded once', async () => {
    const { inputs, randomLoss, file } = await pretrained();
    const content = readFileSync(file);
    const pin = `#sha256=${sha256(content)}`;

    const fromInput = await runStage(train, { params, inputs: { ...inputs, weights: file } });
    expect(fromInput.failure).toBeUndefined();
    expect(fromInput.logged[0]).toBe('loaded weights from model.h5; heads included');
    expect(firstLoss(fromInput.outputs)).toBeLessThan(randomLoss / 2);

    const fromPath = await runStage(train, { params: { ...params, weights: `${file}${pin}` }, inputs });
    expect(firstLoss(fromPath.outputs)).toBe(firstLoss(fromInput.outputs));

    const server = await FileServer.start(whole(content));
    const downloads = temporaryFolder();
    for (let run = 0; run < 2; run += 1) {
      const loaded = await runStage(train, { params: { ...params, weights: server.url + pin }, inputs, downloads });
      expect(firstLoss(loaded.outputs)).toBe(firstLoss(fromInput.outputs));
    }
    expect(server.asked).toHaveLength(1);
  });

  test('starts with new heads for tasks that are not in the file', async () => {
    const onlyColours = await labelledImages(20, { taskOf: () => 'colour' });
    const { outputs } = await runStage(train, { params: { ...params, save_as: ['keras'] }, inputs: onlyColours });
    const inputs = { ...(await labelledImages(20)), weights: join(outputs['model'] ?? '', 'model.keras') };
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('loaded weights from model.keras; new heads shade (the file has no layer of that name)');
  });
});

describe('the train stage fails before training', () => {
  const problemsOf = async (more: object, inputs: Readonly<Record<string, string>> = {}) => {
    const images = await labelledImages();
    const { failure } = await runStage(train, { params: { ...params, ...more }, inputs: { ...images, ...inputs } });
    expect(failure?.kind).toBe('bad-input');
    return failure?.problems;
  };

  test('when the path of the weights has no digest', async () => {
    expect(await problemsOf({ weights: 'weights.h5' })).toMatchObject([
      {
        message:
          'the param "weights" is "weights.h5", but a path or URL must be followed by the SHA-256 digest of the file',
        advice: expect.stringContaining('`sha256sum FILE` prints it'),
      },
    ]);
  });

  test('when the URL of the weights is neither http nor https', async () => {
    expect(await problemsOf({ weights: `ftp://host/weights.h5#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: 'the param "weights" has an unsupported URL: "ftp://host/weights.h5"' },
    ]);
  });

  test('when the file of the weights does not exist or has another digest', async () => {
    const file = join(temporaryFolder(), 'weights.h5');
    expect(await problemsOf({ weights: `${file}#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: 'cannot read the weights: there is no such file or folder', at: { file } },
    ]);
    writeFileSync(file, 'something');
    expect(await problemsOf({ weights: `${file}#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: expect.stringMatching(/^the file has the digest sha256 3fc9b689[0-9a-f]+, expected 0{64}$/) },
    ]);
  });

  test('when the URL of the weights is not found', async () => {
    const server = await FileServer.start(status(404));
    const weights = `${server.url}#sha256=${'0'.repeat(64)}`;
    const { failure } = await runStage(train, { params: { ...params, weights }, inputs: await labelledImages() });
    expect(failure).toMatchObject({
      kind: 'failed',
      problems: [{ advice: expect.stringContaining('connect it as the input "weights"') }],
    });
  });

  test('when the file of the weights was not saved by Keras', async () => {
    const file = join(temporaryFolder(), 'weights.h5');
    writeFileSync(file, 'something');
    expect(await problemsOf({}, { weights: file })).toEqual([
      {
        message: 'this is neither an HDF5 file, nor a .keras archive, nor a model.json of TensorFlow.js',
        at: { file },
        advice: 'Use a file saved by Keras (.h5, .weights.h5, .keras), or a layers model of TensorFlow.js.',
      },
    ]);
  });

  test('when the initial weights are given more than once', async () => {
    expect(await problemsOf({ weights: 'imagenet' }, { weights: 'weights.h5' })).toEqual([
      {
        message: 'the initial weights are given more than once: by the input "weights" and the param "weights"',
        advice: 'Keep one of them.',
      },
    ]);
  });

  test('when no ImageNet weights are published for the backbone, or only without a digest', async () => {
    expect(await problemsOf({ weights: 'imagenet' })).toEqual([
      {
        message: 'there are no ImageNet weights for the backbone "small-cnn"',
        advice: `Remove weights, or use another backbone: ${backboneNames.filter((name) => name in imagenetWeights).join(', ')}.`,
      },
    ]);
    const { url } = imagenetWeights['mobilenet-v2'] ?? {};
    expect(await problemsOf({ weights: 'imagenet', backbone: 'mobilenet-v2' })).toEqual([
      {
        message: 'Keras publishes the weights for the backbone "mobilenet-v2" without a digest to verify them by',
        advice: `Download ${url}, and set weights to the file: PATH#sha256=… (\`sha256sum FILE\` prints the digest).`,
      },
    ]);
  });
});

test('the published ImageNet weights are for existing backbones, with https URLs and digests', () => {
  for (const [backbone, published] of Object.entries(imagenetWeights)) {
    expect(backboneNames).toContain(backbone);
    expect(published?.url).toMatch(/^https:\/\/storage\.googleapis\.com\/tensorflow\/keras-applications\/.+\.h5$/);
    if (published?.digest === undefined) continue;
    const { algorithm, hex } = published.digest;
    expect(hex).toMatch(algorithm === 'md5' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
  }
});
