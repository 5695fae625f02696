// A small S3 for one machine: path-style, versioned buckets that exist as soon as something is written, every request signed.
// An operation or option that is not implemented is refused, never ignored, so that nothing seems to work here that S3 would do otherwise.
import { randomBytes } from "node:crypto";
import { type Answered, type Asked, type Listening, listen, type Refused } from "../http.ts";
import { MAX_BODY_BYTES, MAX_WIRE_BYTES, readBody, tooLarge } from "./body.ts";
import { errorXml, S3Error } from "./errors.ts";
import { listVersions } from "./listing.ts";
import { isWanted, rangeOf } from "./reading.ts";
import { type Credentials, type SignedRequest, verifySignature } from "./signature.ts";
import { openStore, type Store, type Version } from "./store.ts";

export type S3Options = {
  readonly directory: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly region: string;
  /** Session tokens that requests and links may carry; none when left out. */
  readonly sessionTokens?: readonly string[];
  readonly now?: () => Date;
  /** Told what was answered with "InternalError". */
  readonly onError?: (error: unknown) => void;
};

const STORED_HEADERS = ["content-type", "content-disposition", "content-language", "cache-control", "expires"];
const OBJECT_QUERY = /^(x-id|versionId|response-(content-(type|disposition|language|encoding)|cache-control|expires)|x-amz-.*)$/i;
const LIST_QUERY = /^(versions|prefix|delimiter|max-keys|key-marker|version-id-marker|encoding-type|x-id|x-amz-.*)$/i;
const UNSUPPORTED_WRITE =
  /^(if-(?!none-match$)|x-amz-(copy-source|acl|grant-|tagging|object-lock-|website-|write-offset|server-side-encryption-customer-|bypass-|if-))/;

const noSuchKey = (headers: Readonly<Record<string, string>> = {}): S3Error =>
  new S3Error(404, "NoSuchKey", "The specified key does not exist.", headers);

const REFUSALS: Readonly<Record<Refused, () => S3Error>> = {
  // A page of another site can make a browser call this port under its own name.
  "foreign-host": () => new S3Error(403, "AccessDenied", "This host name is not served here"),
  "too-large": tooLarge,
  failed: () => new S3Error(500, "InternalError", "We encountered an internal error."),
};

export const startS3 = async ({
  directory,
  port,
  credentials,
  region,
  sessionTokens = [],
  now = () => new Date(),
  onError = () => undefined,
}: S3Options): Promise<Listening> => {
  const store = await openStore(directory);
  const labelled = (requestId: string, { headers, ...rest }: Answered): Answered => ({
    ...rest,
    headers: { ...headers, "x-amz-request-id": requestId, date: now().toUTCString() },
  });
  const newRequestId = (): string => randomBytes(8).toString("hex").toUpperCase();
  const refused = (error: S3Error, requestId = newRequestId()): Answered =>
    labelled(requestId, {
      status: error.status,
      headers: { ...error.headers, "content-type": "application/xml" },
      body: errorXml(error, requestId),
    });

  const answer = async (asked: Asked): Promise<Answered> => {
    try {
      const request = parse(asked);
      const payloadHash = verifySignature(request, { credentials, region, now: now(), sessionTokens });
      // Also for requests without a use for a body: its hash is part of what was signed.
      const data = readBody(asked.body, settingsOf(request), payloadHash);
      return labelled(newRequestId(), await route(store, request, data, now()));
    } catch (error) {
      if (error instanceof S3Error) return refused(error);
      throw error;
    }
  };
  return listen(answer, { port, maxBodyBytes: MAX_WIRE_BYTES, refusal: (why) => refused(REFUSALS[why]()), onError });
};

const parse = ({ method, path: encodedPath, query: encodedQuery, headers }: Asked): SignedRequest => {
  const query = new Map<string, string>();
  try {
    for (const pair of encodedQuery.split("&").filter((each) => each !== "")) {
      const [encodedName = "", ...value] = pair.split("=");
      const name = decodeURIComponent(encodedName);
      // One reader could take the first value and another the last: the signature must not be checked on a value that is not used.
      if (query.has(name)) throw new S3Error(400, "InvalidArgument", "A query parameter occurs more than once");
      query.set(name, decodeURIComponent(value.join("=")));
    }
    const path = decodeURIComponent(encodedPath);
    if (!path.startsWith("/")) throw new URIError();
    return { method, path, query, headers: new Map(Object.entries(headers)) };
  } catch (error) {
    throw error instanceof URIError ? new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.") : error;
  }
};

const route = async (store: Store, request: SignedRequest, data: Buffer, now: Date): Promise<Answered> => {
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?([\s\S]*)$/.exec(request.path) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes("..")) {
    throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
  }
  if (Buffer.byteLength(key) > 1024) throw new S3Error(400, "KeyTooLongError", "Your key is too long");
  const allowed = key === "" ? LIST_QUERY : OBJECT_QUERY;
  // Without this, a request for a part of an object (its tags, an upload in parts) would be taken for the object.
  if ([...request.query.keys()].some((name) => !allowed.test(name))) throw notImplemented();

  const settings = settingsOf(request);
  if (key === "") {
    if (request.method !== "GET" || !request.query.has("versions")) throw notImplemented();
    return { status: 200, headers: { "content-type": "application/xml" }, body: listVersions(store, bucket, request.query) };
  }
  if (request.method === "GET" || request.method === "HEAD") return await getObject(store, bucket, key, request);
  if ([...settings.keys()].some((name) => UNSUPPORTED_WRITE.test(name))) throw notImplemented();
  if (request.method === "PUT") {
    if (request.query.has("versionId")) throw notImplemented();
    const condition = settings.get("if-none-match");
    if (condition !== undefined) assertFree(condition, store, bucket, key);
    const version = await store.add(bucket, key, now, { data, headers: headersToStore(settings) });
    return { status: 200, headers: { etag: version.etag, "x-amz-version-id": version.versionId } };
  }
  if (settings.has("if-none-match")) throw notImplemented();
  if (request.method === "DELETE") return await deleteObject(store, bucket, key, request.query.get("versionId"), now);
  throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
};

/** `If-None-Match: *` puts only where nothing is; a delete marker is nothing. */
const assertFree = (condition: string, store: Store, bucket: string, key: string): void => {
  if (condition !== "*") throw notImplemented();
  if (store.isAdding(bucket, key)) throw new S3Error(409, "ConditionalRequestConflict", "Another request writes this key. Try again.");
  const [latest] = store.versions(bucket, key);
  if (latest !== undefined && !latest.deleteMarker)
    throw new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
};

/** A presigned link carries the x-amz headers of its operation in the query. */
const settingsOf = ({ headers, query }: SignedRequest): ReadonlyMap<string, string> => {
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

/** HEAD too: its body is left out when it is written, its length is not. */
const getObject = async (store: Store, bucket: string, key: string, request: SignedRequest): Promise<Answered> => {
  const version = find(store.versions(bucket, key), request.query.get("versionId"));
  const headers: Record<string, string> = {
    ...version.headers,
    etag: version.etag,
    "last-modified": new Date(version.lastModified).toUTCString(),
    "x-amz-version-id": version.versionId,
    "accept-ranges": "bytes",
  };
  if (!isWanted(request.headers, version)) return { status: 304, headers: notModified(headers) };
  for (const [name, value] of request.query) {
    const override = /^response-(.+)$/.exec(name)?.[1];
    if (override === undefined) continue;
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw new S3Error(400, "InvalidArgument", "A response header must be printable ASCII");
    headers[override] = value;
  }
  const body = await store.read(bucket, version);
  if (body === undefined) throw noSuchKey();
  const range = rangeOf(request.headers, version);
  if (range === undefined) return { status: 200, headers, body };
  const { first, last } = range;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${first}-${last}/${version.size}` },
    body: body.subarray(first, last + 1),
  };
};

/** The headers of a 304: the version, and none that describe a body. */
const notModified = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(["etag", "last-modified", "x-amz-version-id"].map((name) => [name, headers[name] ?? ""]));

const find = (versions: readonly Version[], versionId: string | undefined): Version => {
  if (versionId === undefined) {
    const latest = versions[0];
    if (latest === undefined) throw noSuchKey();
    if (latest.deleteMarker) {
      const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": latest.versionId };
      throw noSuchKey(headers);
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

const deleteObject = async (store: Store, bucket: string, key: string, versionId: string | undefined, now: Date): Promise<Answered> => {
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

const notImplemented = (): S3Error =>
  new S3Error(501, "NotImplemented", `Not supported here (objects up to ${MAX_BODY_BYTES} bytes, versions, nothing else)`);
