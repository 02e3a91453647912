// The default device, and the check that operands share one.
import type { Backend } from "./backend.ts";
import { DeviceError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

let current: Backend | null = null;

/** The device that creation functions use. */
export function setDefaultDevice(device: Backend): void {
  current = device;
}

/** The default device; throws a DeviceError when none was chosen. */
export function defaultDevice(): Backend {
  if (!current) {
    throw new DeviceError(
      "defaultDevice",
      'no device was chosen. Call setDefaultDevice(await cpu()) with `import { cpu } from "@gradkit/backend-cpu"` first',
    );
  }
  return current;
}

/** The one device of all operands. */
export function commonDevice(op: string, tensors: readonly (Tensor | null)[]): Backend {
  let device: Backend | null = null;
  for (const tensor of tensors) {
    if (!tensor) continue;
    device ??= tensor.device;
    if (tensor.device !== device) {
      throw new DeviceError(op, `operands are on different devices: ${device.name} and ${tensor.device.name}. Move one with .to(device)`);
    }
  }
  return device as Backend;
}
