import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeBackend } from '../../../../src/vision/tensorflow/execute-op.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
const { binding } = nodeBackend(tf);

describe('TensorFlow.js on the C API', () => {
  test.each([
    ['float32', [1.5, -2, 0]],
    ['int32', [1, -2, 2 ** 31 - 1]],
    ['bool', [1, 0, 1]],
  ] as const)('keeps the values of %s tensors', (dtype, values) => {
    const twice = tf.concat([tf.tensor1d([...values], dtype), tf.tensor1d([...values], dtype)]);
    expect([...twice.dataSync()]).toEqual([...values, ...values]);
  });

  test('keeps strings of any length, and bytes that are no text', () => {
    const words = ['', 'short', 'a string that is too long for the 23 bytes of TensorFlow’s own representation'];
    expect(tf.concat([tf.tensor1d(words), tf.tensor1d(words)]).arraySync()).toEqual([...words, ...words]);
    const bytes = Uint8Array.of(0, 255, 0, 128);
    const id = binding.createTensor([1], binding.TF_STRING, [bytes] as unknown as Uint8Array);
    expect(binding.tensorDataSync(id)).toEqual([bytes]);
    binding.deleteTensor(id);
  });

  test('keeps complex numbers', () => {
    const product = tf.mul(tf.complex([1, 2], [3, 4]), tf.complex([0, 0], [1, 1]));
    expect([...tf.real(product).dataSync(), ...tf.imag(product).dataSync()]).toEqual([-3, -4, 1, 2]);
  });

  test('keeps scalars, empty tensors and tensors of rank 6', () => {
    expect(tf.neg(tf.scalar(7)).arraySync()).toBe(-7);
    expect(tf.concat([tf.zeros([1, 0, 3]), tf.zeros([1, 0, 3])]).shape).toEqual([2, 0, 3]);
    expect(tf.transpose(tf.ones([1, 2, 3, 1, 2, 3])).shape).toEqual([3, 2, 1, 3, 2, 1]);
  });

  test('passes attributes of each kind: numbers, lists, types, strings, flags, shapes', () => {
    const image = tf.range(0, 16).reshape<import('@tensorflow/tfjs-node-gpu').Tensor4D>([1, 4, 4, 1]);
    expect(tf.maxPool(image, 2, 2, 'valid').flatten().arraySync()).toEqual([5, 7, 13, 15]);
    expect(tf.cast(tf.tensor1d([1.7]), 'int32').dtype).toBe('int32');
    expect(tf.leakyRelu(tf.tensor1d([-1]), 0.25).arraySync()).toEqual([-0.25]);
    expect(tf.sum(tf.ones([2, 3]), 0, true).shape).toEqual([1, 3]);
    const [placeholder] = binding.executeOp(
      'VarHandleOp',
      [
        { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [2, 3] },
        { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      ],
      [],
      1,
    );
    expect(placeholder).toMatchObject({ shape: [], dtype: binding.TF_RESOURCE });
    binding.deleteTensor(placeholder?.id ?? -1);
  });

  test("throws TensorFlow's own message when an op fails, and an op after it works", () => {
    const sum = () => binding.executeOp('AddV2', [], [], 1);
    expect(sum).toThrow(/AddV2/);
    expect(() => binding.executeOp('NoSuchOp', [], [], 1)).toThrow(/NoSuchOp/);
    expect(tf.add(1, 2).arraySync()).toBe(3);
  });

  test('refuses values that do not fill the shape, and tensors that do not exist', () => {
    expect(() => binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3))).toThrow(
      'A tensor of the shape [2,2] has 4 values, got 3.',
    );
    expect(() => binding.tensorDataSync(1e6)).toThrow('There is no tensor 1000000.');
    expect(() => binding.deleteTensor(1e6)).toThrow('There is no tensor 1000000.');
  });

  test('frees what is disposed of', () => {
    const before = binding.getNumOfTensors();
    tf.tidy(() => tf.matMul(tf.ones([8, 8]), tf.ones([8, 8])).dataSync());
    expect(binding.getNumOfTensors()).toBe(before);
  });
});

test('tf.node loads and runs a SavedModel', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'saved-model-'));
  await writeFile(join(directory, 'saved_model.pb'), await doublingModel());
  const id = binding.loadSavedModel(directory, 'serve');
  const input = binding.createTensor([2], binding.TF_FLOAT, Float32Array.of(3, 4));
  const [output] = binding.runSavedModel(id, [input], 'x:0', 'y:0');
  expect(output).toMatchObject({ shape: [2], dtype: binding.TF_FLOAT });
  expect(binding.tensorDataSync(output?.id ?? -1)).toEqual(Float32Array.of(6, 8));
  expect(() => binding.runSavedModel(id, [input], 'x:0', 'z:0')).toThrow('The SavedModel has no node "z".');
  for (const tensor of [input, output?.id ?? -1]) binding.deleteTensor(tensor);
  binding.deleteSavedModel(id);
  expect(binding.getNumOfSavedModels()).toBe(0);
  expect(() => binding.loadSavedModel(join(directory, 'none'), 'serve')).toThrow(/none/);
});

/** Returns a SavedModel that computes y = x + x. */
async function doublingModel(): Promise<Uint8Array> {
  // @ts-expect-error The generated file has no types.
  const { default: protobuf } = await import('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');
  const node = (name: string, op: string, inputs: readonly string[], type: string) => {
    const value = new protobuf.AttrValue();
    value.setType(1);
    const message = new protobuf.NodeDef();
    message.setName(name);
    message.setOp(op);
    message.setInputList(inputs);
    message.getAttrMap().set(type, value);
    return message;
  };
  const versions = new protobuf.VersionDef();
  versions.setProducer(1087);
  const graph = new protobuf.GraphDef();
  graph.setVersions(versions);
  graph.addNode(node('x', 'Placeholder', [], 'dtype'));
  graph.addNode(node('y', 'AddV2', ['x', 'x'], 'T'));
  const info = new protobuf.MetaGraphDef.MetaInfoDef();
  info.addTags('serve');
  const metaGraph = new protobuf.MetaGraphDef();
  metaGraph.setMetaInfoDef(info);
  metaGraph.setGraphDef(graph);
  const model = new protobuf.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(metaGraph);
  return model.serializeBinary();
}
