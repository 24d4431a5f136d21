import type { CoreApi } from '../c-api/core.ts';
import type { EagerApi } from '../c-api/eager.ts';
import type { Pointer } from '../c-api/library.ts';
import { checked } from '../c-api/status.ts';

export interface Device {
  readonly name: string;
  readonly isGpu: boolean;
}

/** Returns the devices that TensorFlow has found: the CPU, and GPUs. */
export function findDevices(c: CoreApi, eager: EagerApi, context: Pointer): readonly Device[] {
  const list = checked(c, (status) => eager.listDevices(context, status));
  try {
    return Array.from({ length: eager.deviceCount(list) }, (_, index) =>
      checked(c, (status) => ({
        name: eager.deviceName(list, index, status),
        isGpu: eager.deviceType(list, index, status) === 'GPU',
      })),
    );
  } finally {
    eager.deleteDevices(list);
  }
}
