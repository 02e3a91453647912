// Where MNIST's four files come from: a directory that the user names, the cache, or the mirrors.
import { UnsupportedError } from "@gradkit/tensor";
import { cacheDirectory, cached } from "./cache.ts";
import { type DownloadProgress, download } from "./download.ts";
import { DownloadError, FileError } from "./errors.ts";
import { hasFileSystem, nodeModules } from "./node-modules.ts";
import { explain } from "./system-error.ts";

export interface MNISTFileOptions {
  /** A directory with the files, packed or not, itself or below it in torchvision's `MNIST/raw`. Default: download them. */
  dir?: string | undefined;
  /** Where downloads are kept. Default: the operating system's directory for caches. Browsers keep none but their own. */
  cacheDir?: string | undefined;
  /** Addresses of directories to download from, tried in turn. */
  mirrors?: readonly string[] | undefined;
  /** Called as bytes arrive. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** A mirror that sends no byte for so long is given up. Default: 5000. */
  timeoutMs?: number | undefined;
}

const MIRRORS = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"];

/** SHA-256 of the unpacked files. */
const sha256 = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

export type MNISTFileName = keyof typeof sha256;

interface NamedBytes {
  readonly bytes: Uint8Array;
  /** For messages: the path or the address. */
  readonly path: string;
}

/** The bytes of one file, still packed if they come from a directory that holds them so. */
export async function readMNISTFile(
  name: MNISTFileName,
  { dir, cacheDir, mirrors = MIRRORS, onProgress, timeoutMs }: MNISTFileOptions,
): Promise<NamedBytes> {
  if (dir !== undefined) return fromDirectory(name, dir);
  const file = { name: `${name}.gz`, sha256: sha256[name] };
  const options = { mirrors, onProgress, timeoutMs };
  try {
    const bytes = hasFileSystem()
      ? await cached("MNIST", file, cacheDir ?? cacheDirectory("mnist"), options)
      : (await download("MNIST", file, options)).content;
    return { bytes, path: file.name };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const hint = "Without a network, put the four files into a directory and name it: MNIST.train({ dir })";
    throw new DownloadError("MNIST", `${error.message.replace("MNIST: ", "")}\n${hint}`, error.failures);
  }
}

async function fromDirectory(name: MNISTFileName, dir: string): Promise<NamedBytes> {
  if (!hasFileSystem())
    throw new UnsupportedError("MNIST", "there is no file system here. Serve the files and give { mirrors: [address] }");
  const { fs, path } = nodeModules("MNIST", "");
  const places = [dir, path.join(dir, "MNIST", "raw")];
  for (const candidate of places.flatMap((place) => [path.join(place, name), path.join(place, `${name}.gz`)])) {
    try {
      return { bytes: await fs.readFile(candidate), path: candidate };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR")
        throw new FileError("MNIST", candidate, `cannot read ${candidate}: ${explain(error)}`, { cause: error });
    }
  }
  throw new FileError("MNIST", dir, `there is no ${name} and no ${name}.gz in ${places.join(" or ")}`);
}
