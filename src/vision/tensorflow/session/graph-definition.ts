import type { AttributeValue, ConstantTensor, GraphNode } from '../trace/graph.ts';

/** The `GraphDef` version. It is older than that of TensorFlow 2.21; every later TensorFlow can read it. */
const PRODUCER = 1087;

/** The part of tfjs-node's untyped protobuf classes that is needed here. */
interface Protobuf {
  readonly GraphDef: new () => { addNode(node: Message): void; setVersions(versions: Message): void } & Message;
  readonly VersionDef: new () => { setProducer(version: number): void } & Message;
  readonly NodeDef: new () => NodeMessage;
  readonly AttrValue: { new (): AttributeMessage; readonly ListValue: new () => ListMessage };
  readonly Tensor: new () => TensorMessage;
  readonly TensorShape: { new (): ShapeMessage; readonly Dim: new () => { setSize(size: number): void } & Message };
}
interface Message {
  serializeBinary(): Uint8Array;
}
interface NodeMessage extends Message {
  setName(name: string): void;
  setOp(op: string): void;
  setDevice(device: string): void;
  setInputList(inputs: readonly string[]): void;
  getAttrMap(): { set(name: string, value: AttributeMessage): void };
}
interface AttributeMessage extends Message {
  setType(type: number): void;
  setS(base64: string): void;
  setB(value: boolean): void;
  setI(value: number): void;
  setF(value: number): void;
  setShape(shape: ShapeMessage): void;
  setTensor(tensor: TensorMessage): void;
  setList(list: ListMessage): void;
}
interface ListMessage extends Message {
  setIList(values: readonly number[]): void;
  setFList(values: readonly number[]): void;
  setBList(values: readonly boolean[]): void;
}
interface TensorMessage extends Message {
  setDtype(dtype: number): void;
  setTensorShape(shape: ShapeMessage): void;
  setTensorContent(bytes: Uint8Array): void;
}
interface ShapeMessage extends Message {
  addDim(dim: Message): void;
}

/** Serializes nodes as TensorFlow's `GraphDef`. */
export async function graphDefinition(nodes: readonly GraphNode[]): Promise<Uint8Array> {
  const protobuf = await loadProtobuf();
  const graph = new protobuf.GraphDef();
  const versions = new protobuf.VersionDef();
  versions.setProducer(PRODUCER);
  graph.setVersions(versions);
  for (const node of nodes) graph.addNode(nodeMessage(protobuf, node));
  return graph.serializeBinary();
}

async function loadProtobuf(): Promise<Protobuf> {
  // @ts-expect-error The generated file has no types.
  const module: { default: unknown } = await import('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');
  return module.default as Protobuf;
}

function nodeMessage(protobuf: Protobuf, { name, op, inputs, attributes, device }: GraphNode): NodeMessage {
  const message = new protobuf.NodeDef();
  message.setName(name);
  message.setOp(op);
  message.setDevice(device);
  message.setInputList(inputs);
  const map = message.getAttrMap();
  for (const [key, value] of Object.entries(attributes)) map.set(key, attributeMessage(protobuf, value));
  return message;
}

function attributeMessage(protobuf: Protobuf, attribute: AttributeValue): AttributeMessage {
  const message = new protobuf.AttrValue();
  const list = () => {
    const values = new protobuf.AttrValue.ListValue();
    message.setList(values);
    return values;
  };
  switch (attribute.kind) {
    case 'type':
      message.setType(attribute.value);
      break;
    case 'string':
      message.setS(Buffer.from(attribute.value).toString('base64'));
      break;
    case 'bool':
      message.setB(attribute.value);
      break;
    case 'int':
      message.setI(attribute.value);
      break;
    case 'float':
      message.setF(attribute.value);
      break;
    case 'ints':
      list().setIList(attribute.value);
      break;
    case 'floats':
      list().setFList(attribute.value);
      break;
    case 'bools':
      list().setBList(attribute.value);
      break;
    case 'shape':
      message.setShape(shapeMessage(protobuf, attribute.value));
      break;
    case 'tensor':
      message.setTensor(tensorMessage(protobuf, attribute.value));
      break;
    default:
      attribute satisfies never;
  }
  return message;
}

function tensorMessage(protobuf: Protobuf, { dtype, shape, bytes }: ConstantTensor): TensorMessage {
  const message = new protobuf.Tensor();
  message.setDtype(dtype);
  message.setTensorShape(shapeMessage(protobuf, shape));
  message.setTensorContent(bytes);
  return message;
}

function shapeMessage(protobuf: Protobuf, shape: readonly number[]): ShapeMessage {
  const message = new protobuf.TensorShape();
  for (const length of shape) {
    const dim = new protobuf.TensorShape.Dim();
    dim.setSize(length);
    message.addDim(dim);
  }
  return message;
}
