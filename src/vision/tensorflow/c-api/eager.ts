import type { LibraryHandle } from 'koffi';
import type { Pointer } from './library.ts';

/**
 * Functions of TensorFlow's C API that run single ops, as declared in `tensorflow/c/eager/c_api.h`. Arrays are typed
 * arrays, which the function reads or fills in place. A function that can fail sets the status.
 */
export interface EagerApi {
  newContextOptions(): Pointer;
  deleteContextOptions(options: Pointer): void;
  newContext(options: Pointer, status: Pointer): Pointer;
  listDevices(context: Pointer, status: Pointer): Pointer;
  deleteDevices(devices: Pointer): void;
  deviceCount(devices: Pointer): number;
  deviceName(devices: Pointer, index: number, status: Pointer): string;
  deviceType(devices: Pointer, index: number, status: Pointer): string;
  newHandle(tensor: Pointer, status: Pointer): Pointer;
  deleteHandle(handle: Pointer): void;
  handleType(handle: Pointer): number;
  handleRank(handle: Pointer, status: Pointer): number;
  handleDimension(handle: Pointer, index: number, status: Pointer): number;
  /** Returns a new tensor, on the host. */
  resolveHandle(handle: Pointer, status: Pointer): Pointer;
  copyToDevice(handle: Pointer, context: Pointer, device: string, status: Pointer): Pointer;
  newOp(context: Pointer, name: string, status: Pointer): Pointer;
  deleteOp(op: Pointer): void;
  addInput(op: Pointer, handle: Pointer, status: Pointer): void;
  setString(op: Pointer, name: string, bytes: Uint8Array, length: number): void;
  setInt(op: Pointer, name: string, value: number): void;
  setInts(op: Pointer, name: string, values: BigInt64Array, count: number): void;
  setFloat(op: Pointer, name: string, value: number): void;
  setFloats(op: Pointer, name: string, values: Float32Array, count: number): void;
  setBool(op: Pointer, name: string, value: number): void;
  setBools(op: Pointer, name: string, values: Uint8Array, count: number): void;
  setType(op: Pointer, name: string, value: number): void;
  setShape(op: Pointer, name: string, dimensions: BigInt64Array, rank: number, status: Pointer): void;
  /** `count` is the length of `handles`, and then the number of them that are set. */
  execute(op: Pointer, handles: BigUint64Array, count: Int32Array, status: Pointer): void;
}

/** Declares the functions. */
export function eagerApi(library: LibraryHandle): EagerApi {
  const c = (prototype: string) => library.func(prototype);
  return {
    newContextOptions: c('void *TFE_NewContextOptions()'),
    deleteContextOptions: c('void TFE_DeleteContextOptions(void *options)'),
    newContext: c('void *TFE_NewContext(void *options, void *status)'),
    listDevices: c('void *TFE_ContextListDevices(void *context, void *status)'),
    deleteDevices: c('void TF_DeleteDeviceList(void *devices)'),
    deviceCount: c('int TF_DeviceListCount(void *devices)'),
    deviceName: c('str TF_DeviceListName(void *devices, int index, void *status)'),
    deviceType: c('str TF_DeviceListType(void *devices, int index, void *status)'),
    newHandle: c('void *TFE_NewTensorHandle(void *tensor, void *status)'),
    deleteHandle: c('void TFE_DeleteTensorHandle(void *handle)'),
    handleType: c('int TFE_TensorHandleDataType(void *handle)'),
    handleRank: c('int TFE_TensorHandleNumDims(void *handle, void *status)'),
    handleDimension: c('int64_t TFE_TensorHandleDim(void *handle, int index, void *status)'),
    resolveHandle: c('void *TFE_TensorHandleResolve(void *handle, void *status)'),
    copyToDevice: c('void *TFE_TensorHandleCopyToDevice(void *handle, void *context, str device, void *status)'),
    newOp: c('void *TFE_NewOp(void *context, str name, void *status)'),
    deleteOp: c('void TFE_DeleteOp(void *op)'),
    addInput: c('void TFE_OpAddInput(void *op, void *handle, void *status)'),
    setString: c('void TFE_OpSetAttrString(void *op, str name, const void *bytes, size_t length)'),
    setInt: c('void TFE_OpSetAttrInt(void *op, str name, int64_t value)'),
    setInts: c('void TFE_OpSetAttrIntList(void *op, str name, const void *values, int count)'),
    setFloat: c('void TFE_OpSetAttrFloat(void *op, str name, float value)'),
    setFloats: c('void TFE_OpSetAttrFloatList(void *op, str name, const void *values, int count)'),
    setBool: c('void TFE_OpSetAttrBool(void *op, str name, uint8_t value)'),
    setBools: c('void TFE_OpSetAttrBoolList(void *op, str name, const void *values, int count)'),
    setType: c('void TFE_OpSetAttrType(void *op, str name, int value)'),
    setShape: c('void TFE_OpSetAttrShape(void *op, str name, const void *dimensions, int rank, void *status)'),
    execute: c('void TFE_Execute(void *op, void *handles, void *count, void *status)'),
  };
}
