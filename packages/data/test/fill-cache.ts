// A process that wants a file from a cache, to be run several times at once: `node fill-cache.ts MIRROR DIRECTORY NAME SHA256`.
import { createHash } from "node:crypto";
import { cached } from "../src/cache.ts";

const [mirror, directory, name, sha256] = process.argv.slice(2) as [string, string, string, string];
const content = await cached("test", { name, sha256 }, directory, { mirrors: [mirror] });
console.log(createHash("sha256").update(content).digest("hex"));
