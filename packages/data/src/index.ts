// Datasets, the orders in which they are visited, and how samples become batches.
export { type Collated, type CollatedField, defaultCollate } from "./collate.ts";
export { ConcatDataset } from "./concat-dataset.ts";
export { DataLoader, type DataLoaderOptions, type LoaderState } from "./data-loader.ts";
export { type BatchSource, Dataset, IterableDataset } from "./dataset.ts";
export { DownloadError, type DownloadFailure, FileError } from "./errors.ts";
export { readIdx } from "./formats/idx.ts";
export { type HostArray, HostTensor } from "./host-tensor.ts";
export { type RandomSplitOptions, randomSplit } from "./random-split.ts";
export {
  BatchSampler,
  type GeneratorOptions,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
} from "./samplers.ts";
export { Subset } from "./subset.ts";
export { TensorDataset } from "./tensor-dataset.ts";
export { compose, type Transform } from "./transforms/compose.ts";
export { normalize } from "./transforms/normalize.ts";
export { toFloat } from "./transforms/to-float.ts";
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from "./weighted-random-sampler.ts";
