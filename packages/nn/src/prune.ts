// Pruning, as torch.nn.utils.prune: masks on parameters.
export { isPruned, remove } from "./prune/mask.ts";
export { lnStructured, randomStructured } from "./prune/structured.ts";
export {
  customFromMask, type GlobalPruningOptions, globalUnstructured, type ImportanceOptions, identity, l1Unstructured, type RandomPruningOptions,
  randomUnstructured,
} from "./prune/unstructured.ts"; // biome-ignore format: a list
