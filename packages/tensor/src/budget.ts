// A limit on a device's live bytes, and what to say when memory runs out: the largest kinds of live tensors.
import type { Backend, Buffer } from "./backend.ts";
import { collectNow, setCollectorStep, watched } from "./collector.ts";
import { defaultDevice } from "./device.ts";
import { DeviceError, formatShape } from "./errors.ts";

const budgets = /* @__PURE__ */ new Map<Backend, number>();
/** Set with the first budget: programs without one do not carry the check. */
let check: ((device: Backend, byteLength: number) => void) | null = null;
const KINDS_SHOWN = 5;

/**
 * Limits the bytes that live tensors hold on a device (by default the default device); null lifts the limit. An allocation beyond it throws a
 * DeviceError that names the largest kinds of live tensors.
 *
 * @example
 * setMemoryBudget(512 * 2 ** 20);
 */
export function setMemoryBudget(bytes: number | null, device: Backend = defaultDevice()): void {
  if (bytes === null) budgets.delete(device);
  else budgets.set(device, bytes);
  check = checkBudget;
  setCollectorStep(Math.min(...budgets.values()) / 4);
}

/** A buffer of the device, within its budget. Where memory is short, garbage is collected first. */
export function allocateWithin(device: Backend, byteLength: number): Buffer {
  check?.(device, byteLength);
  try {
    return device.allocate(byteLength);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
  }
  collectThoroughly();
  try {
    return device.allocate(byteLength);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    throw new DeviceError(error.op, `${error.message.slice(error.op.length + 2)}. ${largestKinds(device)}`, { cause: error });
  }
}

/** Garbage that an unfinished collection had taken for live survives the next one. */
function collectThoroughly(): void {
  collectNow();
  collectNow();
}

function checkBudget(device: Backend, byteLength: number): void {
  const budget = budgets.get(device);
  if (budget === undefined || device.memory().liveBytes + byteLength <= budget) return;
  collectThoroughly();
  const { liveBytes } = device.memory();
  if (liveBytes + byteLength <= budget) return;
  throw new DeviceError(
    "allocate",
    `the memory budget is spent: ${formatBytes(byteLength)} asked, ${formatBytes(liveBytes)} live, budget ${formatBytes(budget)}. ${largestKinds(device)}`,
  );
}

/** `3 × conv [64, 6, 28, 28] float32 (3.4 MiB)`, the largest first. */
function largestKinds(device: Backend): string {
  const kinds = new Map<string, { count: number; bytes: number }>();
  for (const { owner, op, shape, dtype, byteLength } of watched()) {
    if (owner !== device || !shape) continue;
    const kind = `${op ?? "tensor"} ${formatShape(shape)} ${dtype}`;
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0 };
    kinds.set(kind, sum);
    sum.count++;
    sum.bytes += byteLength;
  }
  const largest = [...kinds].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, KINDS_SHOWN);
  return `Most is held by ${largest.map(([kind, { count, bytes }]) => `${count} × ${kind} (${formatBytes(bytes)})`).join(", ") || "small tensors"}`;
}

const formatBytes = (bytes: number): string =>
  bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
