// Gzip, known by its first bytes and unpacked by the platform's own DecompressionStream.
import { FormatError } from "@gradkit/tensor";

/** RFC 1952, section 2.3.1: ID1, ID2. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The unpacked bytes; bytes that are not gzip come back as they are. Throws a FormatError when the archive is cut short or corrupt. */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes as Uint8Array<ArrayBuffer>;
  try {
    const unpacked = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    throw new FormatError("gunzip", `${name} is cut short or corrupt: its ${bytes.length} bytes do not unpack`, { cause });
  }
}
