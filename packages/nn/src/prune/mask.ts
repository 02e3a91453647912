// A parameter with a mask: `module.weight` is weight_orig · weight_mask, with torch's names and keys. Everything is computed on the device.
import { arange, argsort, cat, GradkitError, IndexError, noGrad, onesLike, scatter, scope, type Tensor, tensor } from "@gradkit/tensor";
import { deriveField, settleField, tensorField } from "../derived-field.ts";
import type { Module } from "../module.ts";
import { type BufferTensor, buffer, Parameter, parameter } from "../parameter.ts";
import { stateKey } from "../state-key.ts";

const fieldsOf = (module: Module): Record<string, unknown> => module as unknown as Record<string, unknown>;
const originalOf = (name: string): string => `${stateKey(name)}_orig`;
const maskOf = (name: string): string => `${stateKey(name)}_mask`;

/** What is left of `module[name]`: 1 or 0 for each element; null where nothing was pruned. */
export const currentMask = (module: Module, name: string): BufferTensor | null =>
  (fieldsOf(module)[maskOf(name)] as BufferTensor | undefined) ?? null;

/** The parameter that is, or would be, masked. */
export function prunedParameter(op: string, module: Module, name: string): Parameter {
  const value = currentMask(module, name) ? fieldsOf(module)[originalOf(name)] : tensorField(op, module, name);
  if (!(value instanceof Parameter)) throw new GradkitError(op, `${name} is a buffer: only parameters can be pruned`);
  return value;
}

/** Masks the parameter; a mask that is there already stays in force. */
export function applyMask<M extends Module>(op: string, module: M, name: string, mask: Tensor): M {
  const original = prunedParameter(op, module, name);
  const existing = currentMask(module, name);
  if (existing) {
    noGrad(() => scope(() => existing.copy_(existing.mul(mask))));
    return module;
  }
  const get = (self: Module): Tensor => (fieldsOf(self)[originalOf(name)] as Tensor).mul(fieldsOf(self)[maskOf(name)] as Tensor);
  deriveField(module, name, { get });
  fieldsOf(module)[originalOf(name)] = original;
  fieldsOf(module)[maskOf(name)] = buffer(noGrad(() => mask.to(original.dtype)));
  return module;
}

/** Whether anything in the module is pruned. */
export const isPruned = (module: Module): boolean =>
  module.modules().some((part) => Object.keys(part).some((field) => field.endsWith("_mask") && field.replace(/_mask$/, "_orig") in part));

/** Makes what is left an ordinary parameter: pruning is no longer undone by training. Make optimizers afterwards. */
export function remove<M extends Module>(module: M, name: string): M {
  const mask = currentMask(module, name);
  if (!mask) throw new GradkitError("remove", `${module.constructor.name}.${name} is not pruned`);
  const original = prunedParameter("remove", module, name);
  const value = parameter(noGrad(() => original.mul(mask)), { requiresGrad: original.requiresGrad }); // biome-ignore format: one step
  delete fieldsOf(module)[originalOf(name)];
  delete fieldsOf(module)[maskOf(name)];
  settleField(module, name, value);
  return module;
}

/** A share of what is left (0 ≤ amount < 1), rounded half to even as in Python, or a number of units. */
function countOf(op: string, amount: number, alive: Tensor): Tensor {
  if (!(amount >= 0) || (amount >= 1 && !Number.isInteger(amount)))
    throw new IndexError(op, `amount must be a share below 1 or a whole number of units (got ${amount})`);
  if (amount > alive.numel) throw new IndexError(op, `amount ${amount} is more than there is, ${alive.numel}`);
  return amount < 1 ? alive.sum().mul(amount).round() : tensor(amount, { device: alive.device });
}

/** For each unit 1, or 0 for the `amount` lowest scores among those that are alive: vectors of one length. */
export function keepHighest(op: string, scores: Tensor, alive: Tensor, amount: number): Tensor {
  const count = countOf(op, amount, alive);
  const ranked = argsort(scores.where(alive.gt(0), Number.POSITIVE_INFINITY));
  const places = arange(scores.numel, { dtype: "int32", device: scores.device });
  const ranks = scatter(places, 0, ranked, places); // how many come before
  return alive.mul(ranks.ge(count).to(alive.dtype));
}

/** The mask so far, or ones. */
export const maskOrOnes = (module: Module, name: string, like: Tensor): Tensor => currentMask(module, name) ?? onesLike(like);

/** Vectors of several tensors as one, and the parts of such a vector in their shapes. */
export const joined = (tensors: readonly Tensor[]): Tensor => cat(tensors.map((x) => x.reshape(-1)));
