// What a value leads to: the tensors that a function returns, wherever it puts them.

const isTensor = (value: object): boolean => "storage" in value && "strides" in value;
const isTensorOrNull = (value: unknown): boolean => value === null || (typeof value === "object" && isTensor(value));

/** What scopes mostly return, quicker than by `reachableFrom`: a tensor, or a few of them; null for all else. */
export function fewTensors(value: unknown): readonly unknown[] | null {
  const list = Array.isArray(value) ? value : [value];
  return list.length <= 8 && list.every(isTensorOrNull) ? list : null;
}

/** The value itself and all that its items and fields hold, at any depth; tensors and raw memory are not looked into. */
export function reachableFrom(value: unknown, found: Set<unknown> = new Set()): Set<unknown> {
  if (typeof value !== "object" || value === null || found.has(value) || ArrayBuffer.isView(value)) return found;
  found.add(value);
  if (isTensor(value)) return found;
  if (value instanceof Map) for (const key of value.keys()) reachableFrom(key, found);
  const items = Array.isArray(value) || value instanceof Set || value instanceof Map ? value.values() : Object.values(value);
  for (const item of items) reachableFrom(item, found);
  return found;
}
