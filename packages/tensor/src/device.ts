// The default device, and the check that operands share one.
import type { Backend } from "./backend.ts";
import { copiesLoaded, severalCopies } from "./copies.ts";
import { DeviceError } from "./errors.ts";
import { notATensor } from "./operand.ts";
import { refuseAsync } from "./synchronous.ts";
import { Tensor } from "./tensor.ts";

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
      'no device was chosen. Call setDefaultDevice(await cpu()) with `import { cpu } from "@gradkit/backend-cpu"` first' +
        (severalCopies() ? `. ${copiesLoaded()}` : ""),
    );
  }
  return current;
}

/**
 * Runs a synchronous function with another default device, as `with torch.device(…):`. Throws a DeviceError for an async one, which would go on
 * with the device that was there before.
 *
 * @example
 * const model = withDevice(meta(), () => new Net()); // shapes without memory
 */
export function withDevice<T>(device: Backend, fn: () => T): T {
  const before = current;
  current = device;
  let result: T;
  try {
    result = fn();
  } finally {
    current = before;
  }
  refuseAsync(
    result,
    DeviceError,
    "withDevice",
    "an async function goes on with the device that was there before. Pass it { device } instead",
  );
  return result;
}

/** The one device of all operands. */
export function commonDevice(op: string, tensors: readonly (Tensor | null)[]): Backend {
  let device: Backend | null = null;
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i];
    if (!tensor) continue;
    if (!(tensor instanceof Tensor)) throw notATensor(op, tensor);
    const own = tensor.device;
    if (device !== null && device !== own) {
      const names = device.name === own.name ? `two ${own.name} devices` : `different devices: ${device.name} and ${own.name}`;
      throw new DeviceError(op, `operands are on ${names}. Move one with .to(device)`);
    }
    device = own;
  }
  return device as Backend;
}
