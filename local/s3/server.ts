// A small S3 for one machine: path-style, versioned buckets that exist as soon as something is written, every request signed.
// An operation or option that is not implemented is refused, never ignored, so that nothing seems to work here that S3 would do otherwise.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { MAX_BODY_BYTES, readBody } from "./body.ts";
import { errorXml, S3Error } from "./errors.ts";
import { listVersions } from "./listing.ts";
import { type Credentials, type SignedRequest, verifySignature } from "./signature.ts";
import { Store, type Version } from "./store.ts";

export type S3Options = {
  readonly directory: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly region: string;
  readonly now?: () => Date;
};

type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
};

const STORED_HEADERS = ["content-type", "content-disposition", "content-language", "cache-control", "expires"];
const OBJECT_QUERY = /^(x-id|versionId|response-(content-(type|disposition|language|encoding)|cache-control|expires)|x-amz-.*)$/i;
const LIST_QUERY = /^(versions|prefix|delimiter|max-keys|key-marker|version-id-marker|encoding-type|x-id|x-amz-.*)$/i;
const UNSUPPORTED_WRITE =
  /^(if-|x-amz-(copy-source|acl|grant-|tagging|object-lock-|website-|write-offset|server-side-encryption-customer-|bypass-|if-))/;

export const startS3 = async (options: S3Options): Promise<{ url: string; close(): Promise<void> }> => {
  const now = options.now ?? (() => new Date());
  const store = await Store.open(options.directory);
  let hosts: readonly string[] = [];

  const answer = async (message: IncomingMessage): Promise<Reply> => {
    // A page of another site can make a browser call this port under its own name.
    if (!hosts.includes(message.headers.host ?? "")) throw new S3Error(403, "AccessDenied", "This host name is not served here");
    const request = parse(message);
    const payloadHash = verifySignature(request, { credentials: options.credentials, region: options.region, now: now() });
    return await route(store, message, request, payloadHash, now());
  };

  const server = createServer((message, response) => {
    const requestId = randomBytes(8).toString("hex").toUpperCase();
    response.setHeader("x-amz-request-id", requestId);
    response.setHeader("date", now().toUTCString());
    answer(message)
      .then((reply) => send(message, response, reply))
      .catch((error: unknown) => {
        const known = error instanceof S3Error ? error : new S3Error(500, "InternalError", "We encountered an internal error.");
        send(message, response, {
          status: known.status,
          headers: { ...known.headers, "content-type": "application/xml" },
          body: errorXml(known, requestId),
        });
      });
  });
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  hosts = [`127.0.0.1:${address.port}`, `localhost:${address.port}`];
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
};

const parse = (message: IncomingMessage): SignedRequest => {
  const target = message.url ?? "";
  const mark = target.indexOf("?");
  const query = new Map<string, string>();
  try {
    for (const pair of mark < 0 ? [] : target.slice(mark + 1).split("&")) {
      if (pair === "") continue;
      const equals = pair.indexOf("=");
      const name = decodeURIComponent(equals < 0 ? pair : pair.slice(0, equals));
      // One reader could take the first value and another the last: the signature must not be checked on a value that is not used.
      if (query.has(name)) throw new S3Error(400, "InvalidArgument", "A query parameter occurs more than once");
      query.set(name, equals < 0 ? "" : decodeURIComponent(pair.slice(equals + 1)));
    }
    const path = decodeURIComponent(mark < 0 ? target : target.slice(0, mark));
    if (!path.startsWith("/")) throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
    const headers = new Map<string, string>();
    for (const [name, values] of Object.entries(message.headersDistinct)) headers.set(name, (values ?? []).join(","));
    return { method: message.method ?? "", path, query, headers };
  } catch (error) {
    throw error instanceof URIError ? new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.") : error;
  }
};

const route = async (store: Store, message: IncomingMessage, request: SignedRequest, payloadHash: string, now: Date): Promise<Reply> => {
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?([\s\S]*)$/.exec(request.path) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes("..")) {
    throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
  }
  if (Buffer.byteLength(key) > 1024) throw new S3Error(400, "KeyTooLongError", "Your key is too long");
  const allowed = key === "" ? LIST_QUERY : OBJECT_QUERY;
  // Without this, a request for a part of an object (its tags, an upload in parts) would be taken for the object.
  if ([...request.query.keys()].some((name) => !allowed.test(name))) throw notImplemented();

  // Also for requests without a use for a body: its hash is part of what was signed.
  const settings = settingsOf(request);
  const data = await readBody(message, settings, payloadHash);
  if (key === "") {
    if (request.method !== "GET" || !request.query.has("versions")) throw notImplemented();
    return { status: 200, headers: { "content-type": "application/xml" }, body: listVersions(store, bucket, request.query) };
  }
  if (request.method === "GET" || request.method === "HEAD") return await getObject(store, bucket, key, request);
  if ([...settings.keys()].some((name) => UNSUPPORTED_WRITE.test(name))) throw notImplemented();
  if (request.method === "PUT") {
    if (request.query.has("versionId")) throw notImplemented();
    const version = await store.add(bucket, key, now, { data, headers: headersToStore(settings) });
    return { status: 200, headers: { etag: version.etag, "x-amz-version-id": version.versionId } };
  }
  if (request.method === "DELETE") return await deleteObject(store, bucket, key, request.query.get("versionId"), now);
  throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
};

/** A presigned link carries the x-amz headers of its operation in the query. */
const settingsOf = ({ headers, query }: SignedRequest): Map<string, string> => {
  const settings = new Map<string, string>();
  for (const [name, value] of query) if (/^x-amz-/i.test(name)) settings.set(name.toLowerCase(), value);
  for (const [name, value] of headers) settings.set(name, value);
  return settings;
};

const headersToStore = (settings: ReadonlyMap<string, string>): Record<string, string> => {
  const stored: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of settings) if (STORED_HEADERS.includes(name) || name.startsWith("x-amz-meta-")) stored[name] = value;
  // aws-chunked describes the transport and must not come back to a reader.
  const encodings = (settings.get("content-encoding") ?? "").split(",").map((encoding) => encoding.trim());
  const kept = encodings.filter((encoding) => encoding !== "" && encoding !== "aws-chunked").join(",");
  if (kept !== "") stored["content-encoding"] = kept;
  return stored;
};

const getObject = async (store: Store, bucket: string, key: string, request: SignedRequest): Promise<Reply> => {
  const version = find(store.versions(bucket, key), request.query.get("versionId"));
  const headers: Record<string, string> = {
    ...version.headers,
    etag: version.etag,
    "last-modified": new Date(version.lastModified).toUTCString(),
    "x-amz-version-id": version.versionId,
    "content-length": String(version.size),
  };
  for (const [name, value] of request.query) {
    const override = /^response-(.+)$/.exec(name)?.[1];
    if (override === undefined) continue;
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw new S3Error(400, "InvalidArgument", "A response header must be printable ASCII");
    headers[override] = value;
  }
  return request.method === "HEAD" ? { status: 200, headers } : { status: 200, headers, body: await store.read(bucket, version) };
};

const find = (versions: readonly Version[], versionId: string | undefined): Version => {
  if (versionId === undefined) {
    const latest = versions[0];
    if (latest === undefined) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
    if (latest.deleteMarker) {
      const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": latest.versionId };
      throw new S3Error(404, "NoSuchKey", "The specified key does not exist.", headers);
    }
    return latest;
  }
  const version = versions.find((other) => other.versionId === versionId);
  if (version === undefined) throw new S3Error(404, "NoSuchVersion", "The specified version does not exist.");
  if (version.deleteMarker) {
    const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.versionId };
    throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", headers);
  }
  return version;
};

const deleteObject = async (store: Store, bucket: string, key: string, versionId: string | undefined, now: Date): Promise<Reply> => {
  if (versionId === undefined) {
    const marker = await store.add(bucket, key, now);
    return { status: 204, headers: { "x-amz-delete-marker": "true", "x-amz-version-id": marker.versionId } };
  }
  const version = store.versions(bucket, key).find((other) => other.versionId === versionId);
  // Success as well when it is gone already: S3 makes a repeated delete harmless.
  if (version === undefined) return { status: 204, headers: {} };
  await store.remove(bucket, version);
  const marker: Record<string, string> = version.deleteMarker ? { "x-amz-delete-marker": "true" } : {};
  return { status: 204, headers: { ...marker, "x-amz-version-id": versionId } };
};

const notImplemented = (): S3Error => {
  return new S3Error(501, "NotImplemented", `Not supported here (objects up to ${MAX_BODY_BYTES} bytes, versions, nothing else)`);
};

const send = (message: IncomingMessage, response: ServerResponse, reply: Reply): void => {
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  response.statusCode = reply.status;
  response.end(message.method === "HEAD" ? undefined : reply.body);
};
