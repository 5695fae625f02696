// HTTP on 127.0.0.1 for the stand-ins: a request read whole, an answer written whole. Each checks the Host header, since a page of another site can
// make a browser call these ports under a name of its own.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createProbe } from "node:net";

export type Asked = {
  readonly method: string;
  /** As it came, still encoded; begins with a slash. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case; a header that came twice is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceIp: string;
};

export type Answered = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer };

export type Listening = { readonly url: string; close(): Promise<void> };

/** What no stand-in answers itself. */
export type Refused = "foreign-host" | "too-large" | "failed";

type Options = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly maxBodyBytes?: number;
  /** How it is said; as API Gateway does when left out. */
  readonly refusal?: (why: Refused) => Answered;
  /** Told what the answer was an exception for; the client is only told that it failed. */
  readonly onError: (error: unknown) => void;
  /** Serves https. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Further values of the Host header that are served: those of a proxy. */
  readonly hosts?: readonly string[];
};

const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;
/** API Gateway's quota for the request line and all headers. Source: API Gateway developer guide, "Quotas for HTTP APIs". */
const MAX_HEADER_BYTES = 10_240;

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answered => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

/** What a body says, or `undefined` when it is not JSON. */
export const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
};

const plainRefusal = (why: Refused): Answered => {
  if (why === "foreign-host") return json(403, { message: "Forbidden" });
  return why === "too-large" ? json(413, { message: "Request Entity Too Large" }) : json(500, { message: "Internal Server Error" });
};

/**
 * Below the ports that systems give to outgoing connections (Linux: 32768 and up), where one that is kept for the next start would be taken by a
 * connection of somebody else's.
 */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000];
const TRIES = 50;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createProbe().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** `preferred` if nobody listens there, else any free port. */
export const freePort = async (preferred?: number): Promise<number> => {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let count = 0; count < TRIES; count++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${FIRST_PORT} and ${LAST_PORT} is free on 127.0.0.1`);
};

/** `undefined` when there is more than may be. */
const bodyOf = async (message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += (chunk as Buffer).length;
    // Read on without keeping it: a client that is cut off while it sends never sees the answer.
    if (bytes <= maxBytes) chunks.push(chunk as Buffer);
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks);
};

const askedOf = (message: IncomingMessage, body: Buffer): Asked => {
  const [path = "/", ...query] = (message.url ?? "/").split("?");
  const headers = Object.entries(message.headersDistinct).map(([name, values]) => [name, (values ?? []).join(",")] as const);
  return {
    method: message.method ?? "GET",
    path,
    query: query.join("?"),
    headers: Object.fromEntries(headers),
    body,
    sourceIp: message.socket.remoteAddress ?? "127.0.0.1",
  };
};

const write = (response: ServerResponse, { status, headers = {}, body = "" }: Answered): void => {
  // Clients would take a length in a 304 for that of the representation.
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { "content-length": Buffer.byteLength(body) }) });
  response.end(response.req.method === "HEAD" ? undefined : body);
};

export const listen = async (
  answer: (asked: Asked) => Promise<Answered>,
  { port, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, refusal = plainRefusal, onError, tls, hosts: furtherHosts = [] }: Options,
): Promise<Listening> => {
  let hosts: readonly string[] = [];
  const reply = async (message: IncomingMessage): Promise<Answered> => {
    if (!hosts.includes(message.headers.host ?? "")) return refusal("foreign-host");
    const body = await bodyOf(message, maxBodyBytes);
    return body === undefined ? refusal("too-large") : answer(askedOf(message, body));
  };
  const settings = { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 30_000 };
  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    reply(message)
      .catch((error: unknown) => {
        onError(error);
        return refusal("failed");
      })
      .then((answered) => write(response, answered));
  };
  const server = tls === undefined ? createServer(settings, serve) : createTlsServer({ ...settings, ...tls }, serve);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  hosts = [`127.0.0.1:${address.port}`, `localhost:${address.port}`, ...furtherHosts];
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
