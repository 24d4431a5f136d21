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

describe('a model that is saved for Keras and drawn as well', () => {
  test('lies beside that of TensorFlow.js, with the same bytes each time', async () => {
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

describe('a training that starts from weights of Keras', () => {
  /** A model.h5 that has learnt something. */
  const learnt = async () => {
    const inputs = await labelledImages(60);
    const { outputs } = await runStage(train, { params: { ...params, epochs: 6, save_as: ['h5'] }, inputs });
    return { inputs, drawnLoss: firstLoss(outputs), file: join(outputs['model'] ?? '', 'model.h5') };
  };

  test('takes them from an input, from a path and from an address, downloaded once', async () => {
    const { inputs, drawnLoss, file } = await learnt();
    const content = readFileSync(file);
    const pin = `#sha256=${sha256(content)}`;

    const fromInput = await runStage(train, { params, inputs: { ...inputs, weights: file } });
    expect(fromInput.failure).toBeUndefined();
    expect(fromInput.logged[0]).toBe('weights of model.h5; the heads too');
    expect(firstLoss(fromInput.outputs)).toBeLessThan(drawnLoss / 2);

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

  test('begins with new heads for tasks that the file does not have', async () => {
    const onlyColours = await labelledImages(20, { taskOf: () => 'colour' });
    const { outputs } = await runStage(train, { params: { ...params, save_as: ['keras'] }, inputs: onlyColours });
    const inputs = { ...(await labelledImages(20)), weights: join(outputs['model'] ?? '', 'model.keras') };
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('weights of model.keras; new heads shade: the file has no layer of that name');
  });
});

describe('what is wrong with the weights is said before anything is trained', () => {
  const problemsOf = async (more: object, inputs: Readonly<Record<string, string>> = {}) => {
    const images = await labelledImages();
    const { failure } = await runStage(train, { params: { ...params, ...more }, inputs: { ...images, ...inputs } });
    expect(failure?.kind).toBe('bad-input');
    return failure?.problems;
  };

  test('a path without a digest', async () => {
    expect(await problemsOf({ weights: 'weights.h5' })).toMatchObject([
      {
        message: 'the param «weights» is «weights.h5»: a path or an address has to say what is there by its SHA-256',
        advice: expect.stringContaining('`sha256sum FILE` tells it'),
      },
    ]);
  });

  test('an address that is none of the web', async () => {
    expect(await problemsOf({ weights: `ftp://host/weights.h5#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: 'the param «weights» names an address that cannot be fetched: ftp://host/weights.h5' },
    ]);
  });

  test('a file that is not there, and one that is another than was meant', async () => {
    const file = join(temporaryFolder(), 'weights.h5');
    expect(await problemsOf({ weights: `${file}#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: 'cannot read the weights: there is no such file or folder', at: { file } },
    ]);
    writeFileSync(file, 'something');
    expect(await problemsOf({ weights: `${file}#sha256=${'0'.repeat(64)}` })).toMatchObject([
      { message: expect.stringMatching(/^this is another file than the one that is meant: sha256 3fc9b689/) },
    ]);
  });

  test('an address at which it is not', async () => {
    const server = await FileServer.start(status(404));
    const weights = `${server.url}#sha256=${'0'.repeat(64)}`;
    const { failure } = await runStage(train, { params: { ...params, weights }, inputs: await labelledImages() });
    expect(failure).toMatchObject({
      kind: 'failed',
      problems: [{ advice: expect.stringContaining('connect it as the input «weights»') }],
    });
  });

  test('a file that Keras has not written', async () => {
    const file = join(temporaryFolder(), 'weights.h5');
    writeFileSync(file, 'something');
    expect(await problemsOf({}, { weights: file })).toEqual([
      {
        message: 'this is neither an HDF5 file nor a .keras archive',
        at: { file },
        advice: 'Name a file that Keras has written: .h5, .weights.h5 or .keras.',
      },
    ]);
  });

  test('two that say what to start from', async () => {
    expect(await problemsOf({ weights: 'imagenet' }, { weights: 'weights.h5' })).toEqual([
      {
        message: 'both the input «weights» and the param «weights» say which weights to start from',
        advice: 'Leave all but one out.',
      },
    ]);
  });

  test('a backbone that nobody has trained on ImageNet, or of which no digest is published', async () => {
    expect(await problemsOf({ weights: 'imagenet' })).toEqual([
      {
        message: 'there are no weights of «small-cnn» that were trained on ImageNet',
        advice:
          'Leave weights out, or take another backbone: inception-resnet-v2, nasnet-large, nasnet-mobile, mobilenet-v2.',
      },
    ]);
    expect(await problemsOf({ weights: 'imagenet', backbone: 'mobilenet-v2' })).toMatchObject([
      { message: 'Keras publishes its weights of «mobilenet-v2» without a digest to check them by' },
    ]);
  });
});

test('what Keras publishes is of backbones that there are, over a connection that nobody else reads', () => {
  for (const [backbone, published] of Object.entries(imagenetWeights)) {
    expect(backboneNames).toContain(backbone);
    expect(published?.url).toMatch(/^https:\/\/storage\.googleapis\.com\/tensorflow\/keras-applications\/.+\.h5$/);
    expect(published?.digest?.hex ?? '0'.repeat(32)).toMatch(/^[0-9a-f]{32}$/);
  }
});
