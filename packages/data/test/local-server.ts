// A mirror on this machine that behaves as badly as a test wants.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface LocalServer {
  /** Ends in a slash. */
  readonly address: string;
  /** Paths that were asked for. */
  readonly requests: string[];
}

/** Answers every request with `handler` until the test ends. */
export async function localServer(handler: (response: ServerResponse, request: IncomingMessage) => void): Promise<LocalServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    handler(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}
