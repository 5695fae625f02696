// An MDM server that is notified, on 127.0.0.1, with the certificate of notify.example: what came to it, on how many connections and under which name.
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../../fixtures/tls", name), "utf8");

export const CERTIFICATE = fixture("certificate.pem");
/** The one name that it certifies. */
export const NAME = "notify.example";

export type Came = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Notified = {
  readonly port: number;
  readonly came: Came[];
  /** The name that each connection asked for, `false` without one. */
  readonly names: (string | false)[];
  /** How many connections were begun, whether they came to anything or not. */
  connections(): number;
  /** Until all of them are closed from the other side. */
  closed(): Promise<void>;
  close(): Promise<void>;
};

/** `answer` may write whatever it likes, on the socket too. */
export const startNotified = async (answer: (response: ServerResponse, message: IncomingMessage) => unknown): Promise<Notified> => {
  const came: Came[] = [];
  const names: (string | false)[] = [];
  const ends: Promise<void>[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer({ cert: CERTIFICATE, key: fixture("key.pem") }, async (message, response) => {
    const { method = "", url: path = "", headers } = message;
    const body = Buffer.concat(await Array.fromAsync(message)).toString("utf8");
    came.push({ method, path, headers, body });
    await answer(response, message);
  });
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    ends.push(new Promise((resolve) => socket.once("close", () => resolve())));
  });
  server.on("secureConnection", (socket: TLSSocket) => names.push(socket.servername ?? false));
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    came,
    names,
    connections: () => ends.length,
    closed: async () => void (await Promise.all(ends)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
