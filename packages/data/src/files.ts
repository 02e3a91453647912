// State dicts in files: safetensors, the format of the Hugging Face hub, readable from PyTorch and back.
import type { Tensor } from "@gradkit/tensor";
import { deserialize, type SerializeOptions, serialize } from "@gradkit/tensor/safetensors";
import { atomicWrite } from "./atomic-write.ts";
import { readSource, toPath } from "./read-source.ts";

export { FileError } from "./errors.ts";

/**
 * Writes tensors to a safetensors file, whole or not at all. Throws a FileError that says why the file cannot be written, and an
 * UnsupportedError where there is no file system.
 *
 * @example
 * await save(model.stateDict(), "net.safetensors");
 */
export async function save(stateDict: Readonly<Record<string, Tensor>>, path: string | URL, options: SerializeOptions = {}): Promise<void> {
  const place = toPath("save", path, "Put the bytes of serialize() from @gradkit/tensor/safetensors into a Blob");
  await atomicWrite("save", place, await serialize(stateDict, options));
}

/**
 * Reads the tensors of a safetensors file, a path or a browser's File or Blob, onto the default device. Throws a FileError when it cannot be
 * read and a FormatError when it is cut short or corrupt.
 *
 * @example
 * model.loadStateDict(await load("net.safetensors"));
 */
export async function load(source: string | URL | Blob): Promise<Record<string, Tensor>> {
  const { bytes, name } = await readSource("load", source);
  return deserialize(bytes, { name });
}
