import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { localServer } from "../test/local-server.ts";
import { type DownloadProgress, download } from "./download.ts";
import { DownloadError } from "./errors.ts";

const content = new Uint8Array(300_000).map((_, i) => (i * i) % 251);
const packed = gzipSync(content);
const file = { name: "digits.gz", sha256: createHash("sha256").update(content).digest("hex") };

const good = () => localServer((response) => response.writeHead(200, { "content-length": packed.length }).end(packed));

async function failure(mirrors: string[], timeoutMs = 5000): Promise<DownloadError> {
  const error = await download("test", file, { mirrors, timeoutMs }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return error as DownloadError;
}

describe("download", () => {
  it("gives the verified content and reports progress up to the last byte", async () => {
    const { address, requests } = await good();
    const reports: DownloadProgress[] = [];
    const { bytes, content: unpacked } = await download("test", file, { mirrors: [address], onProgress: (report) => reports.push(report) });
    expect(Buffer.compare(unpacked, content)).toBe(0);
    expect(Buffer.compare(bytes, packed)).toBe(0);
    expect(requests).toEqual(["/digits.gz"]);
    expect(reports.at(-1)).toEqual({
      file: "digits.gz",
      url: `${address}digits.gz`,
      receivedBytes: packed.length,
      totalBytes: packed.length,
    });
    expect(reports.map(({ receivedBytes }) => receivedBytes)).toEqual(
      reports.map(({ receivedBytes }) => receivedBytes).sort((a, b) => a - b),
    );
  });

  it("takes a server that unpacks on the way", async () => {
    const { address } = await localServer((response) =>
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed),
    );
    const { bytes } = await download("test", file, { mirrors: [address] });
    expect(Buffer.compare(bytes, content)).toBe(0);
  });

  it("goes to the next mirror after a 404, wrong bytes, a broken archive, a broken connection and silence", async () => {
    const missing = await localServer((response) => response.writeHead(404).end("no"));
    const wrong = await localServer((response) => response.end(gzipSync("a page that wants a login")));
    const broken = await localServer((response) => response.end(packed.subarray(0, 1000)));
    const interrupted = await localServer((response) => {
      response.writeHead(200, { "content-length": packed.length }).write(packed.subarray(0, 1000), () => response.destroy());
    });
    const silent = await localServer(() => undefined);
    const stalled = await localServer((response) =>
      response.writeHead(200, { "content-length": packed.length }).write(packed.subarray(0, 1000)),
    );
    const { address } = await good();
    const bad = [missing, wrong, broken, interrupted, silent, stalled];
    const mirrors = [...bad.map((server) => server.address), address];
    const { content: unpacked } = await download("test", file, { mirrors, timeoutMs: 500 });
    expect(Buffer.compare(unpacked, content)).toBe(0);
    expect(bad.map(({ requests }) => requests)).toEqual(bad.map(() => ["/digits.gz"])); // each was asked once
  });

  it("says what went wrong with each mirror", async () => {
    const missing = await localServer((response) => response.writeHead(404, "Not Found").end());
    const wrong = await localServer((response) => response.end("hello"));
    const silent = await localServer(() => undefined);
    const error = await failure([missing.address, wrong.address, silent.address, "http://127.0.0.1:1/"], 200);
    expect(error.failures.map(({ reason }) => reason)).toEqual([
      "the server answered 404 Not Found",
      `verify: ${wrong.address}digits.gz is not the known digits.gz: its 5 bytes have SHA-256 ${createHash("sha256").update("hello").digest("hex")}, expected ${file.sha256}`,
      "no answer for 0.2 s",
      expect.stringMatching(/^fetch failed/),
    ]);
    expect(error.message).toContain(
      `test: no mirror delivered digits.gz:\n  ${missing.address}digits.gz: the server answered 404 Not Found\n`,
    );
  });

  it("says how far an interrupted download came", async () => {
    const head = { "content-length": packed.length };
    const broken = await localServer((response) => {
      response.writeHead(200, head).write(packed.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    });
    const stalled = await localServer((response) => response.writeHead(200, head).write(packed.subarray(0, 1000)));
    const unannounced = await localServer((response) => {
      response.writeHead(200).write(packed.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    });
    const refused = await localServer((response) => response.destroy());
    const error = await failure([broken.address, stalled.address, unannounced.address, refused.address], 200);
    const told = error.failures.map(({ reason }) => reason.replaceAll(String(packed.length), "N"));
    expect(told).toMatchInlineSnapshot(`
      [
        "the connection broke off after 1000 of N bytes: the server closed the connection (UND_ERR_SOCKET)",
        "nothing for 0.2 s after 1000 of N bytes",
        "the connection broke off after 1000 bytes: the server closed the connection (UND_ERR_SOCKET)",
        "fetch failed: the server closed the connection (UND_ERR_SOCKET)",
      ]
    `);
  });

  it("does not give up a slow mirror that keeps sending", async () => {
    const { address } = await localServer((response) => {
      response.writeHead(200, { "content-length": packed.length });
      let at = 0;
      const timer = setInterval(() => {
        response.write(packed.subarray(at, (at += Math.ceil(packed.length / 8))));
        if (at >= packed.length) {
          clearInterval(timer);
          response.end();
        }
      }, 100); // 800 ms in all
    });
    await expect(download("test", file, { mirrors: [address], timeoutMs: 500 })).resolves.toBeDefined();
  });
});
