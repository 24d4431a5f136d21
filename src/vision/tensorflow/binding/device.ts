import type { CoreApi } from '../c-api/core.ts';
import type { EagerApi } from '../c-api/eager.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked } from '../c-api/status.ts';

export interface Device {
  readonly name: string;
  readonly isGpu: boolean;
}

/** Returns the device on which ops run: the first GPU, or else the CPU. */
export function findDevice(c: CoreApi, eager: EagerApi, context: Pointer): Device {
  const list = checked(c, (status) => eager.listDevices(context, status));
  try {
    const devices = Array.from({ length: eager.deviceCount(list) }, (_, index) =>
      checked(c, (status) => ({
        name: eager.deviceName(list, index, status),
        isGpu: eager.deviceType(list, index, status) === 'GPU',
      })),
    );
    const device = devices.find(({ isGpu }) => isGpu) ?? devices[0];
    if (device === undefined) throw new Error('TensorFlow has found no device.');
    return device;
  } finally {
    eager.deleteDevices(list);
  }
}
