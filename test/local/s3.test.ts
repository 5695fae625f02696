// The S3 stand-in over a real socket, driven by the client and presigner that the service itself uses.
// Tampered requests are sent raw: the client would sign them again and hide the damage.
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startS3 } from "../../local/s3/server.ts";

const region = "eu-central-1";
const credentials = { accessKeyId: "LOCALKEY", secretAccessKey: "local-secret-for-tests" };
const Bucket = "exports";
const Key = "org 1/täglich+(a)*'!~.json";

let directory: string;
let clock: () => Date;
let service: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;

/** The SDK warns on the console of a streamed body it can't send again, which these tests provoke. */
const silent = { effect() {}, debug() {}, info() {}, warn() {}, error() {} };

const clientWith = (changed: Partial<typeof credentials> & { readonly sessionToken?: string } = {}): S3Client =>
  new S3Client({
    region,
    endpoint: service.url,
    forcePathStyle: true,
    credentials: { ...credentials, ...changed },
    maxAttempts: 1,
    logger: silent,
  });

/** Swaps the body after the signature is made. */
const clientChangingBody = (body: string | Readable): S3Client => {
  const changing = clientWith();
  changing.middlewareStack.add(
    (next) => async (args) => {
      if (typeof args.request === "object" && args.request !== null) Object.assign(args.request, { body });
      return await next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  return changing;
};

const start = async (): Promise<void> => {
  service = await startS3({ directory, port: 0, credentials, region, sessionTokens: ["custody"], now: () => clock() });
  client = clientWith();
};

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "s3-")), "state");
  clock = () => new Date();
  await start();
});

afterEach(async () => {
  client.destroy();
  await service.close();
  await rm(join(directory, ".."), { recursive: true, force: true });
});

type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** fetch would set its own Host and tidy the path. */
const raw = (url: string, method = "GET", headers: Record<string, string> = {}, body?: string | Buffer): Promise<Answer> => {
  const { hostname, port } = new URL(url);
  const path = url.slice(new URL(url).origin.length);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
};

const put = async (body: string, key = Key): Promise<string> => {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: key, Body: body, ContentType: "application/json" }));
  return VersionId ?? "";
};

const get = async (VersionId?: string, key = Key): Promise<string> => {
  const found = await client.send(new GetObjectCommand({ Bucket, Key: key, ...(VersionId === undefined ? {} : { VersionId }) }));
  return (await found.Body?.transformToString()) ?? "";
};

const link = (expiresIn = 60, signingDate = new Date()): Promise<string> => {
  const ResponseContentDisposition = 'attachment; filename="list.csv"';
  const command = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition, ResponseContentType: "text/csv" });
  return getSignedUrl(client, command, { expiresIn, signingDate });
};

const expectRefusal = (answer: Answer, status: number, code: string, message = ""): void => {
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(`<Code>${code}</Code>`);
  expect(answer.body).toContain(message);
  expect(answer.body).toMatch(/<RequestId>[0-9A-F]{16}<\/RequestId>/);
  expect(answer.body).not.toContain(credentials.secretAccessKey);
  expect(answer.body).not.toContain(credentials.accessKeyId);
  expect(answer.body).not.toMatch(/[0-9a-f]{64}/);
};

describe("objects", () => {
  test("that are erased while they are read are answered as those that are not there", async () => {
    await put("content");
    // Between the look-up and the reading of the bytes.
    await rm(join(directory, Bucket), { recursive: true });
    expectRefusal(await raw(await link()), 404, "NoSuchKey");
  });

  test("come back as they were put, with their headers", async () => {
    const Metadata = { origin: "import" };
    const sent = await client.send(
      new PutObjectCommand({ Bucket, Key, Body: "a;b\n", ContentType: "text/csv", CacheControl: "no-store", Metadata }),
    );
    const found = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await found.Body?.transformToString()).toBe("a;b\n");
    expect(found.ETag).toBe(sent.ETag);
    expect(found.VersionId).toBe(sent.VersionId);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ContentType: "text/csv", CacheControl: "no-store", ContentLength: 4, Metadata });
  });

  test("are accepted as a stream in chunks with a trailing checksum", async () => {
    const Body = Readable.from([Buffer.from("one,"), Buffer.alloc(70_000, "x")]);
    await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: 70_004 }));
    const found = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await found.Body?.transformToString()).toBe(`one,${"x".repeat(70_000)}`);
    expect(found.ContentEncoding).toBeUndefined();
  });

  test("are refused when the checksum in a header or a trailer is wrong", async () => {
    // The presigner signs the checksum of an empty body, so any other body is a wrong one.
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));
    expectRefusal(await raw(url, "PUT", {}, "something"), 400, "BadDigest");
    const changing = clientChangingBody(Readable.from([Buffer.from("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")]));
    const upload = new PutObjectCommand({ Bucket, Key, Body: Readable.from([Buffer.from("abc")]), ContentLength: 3 });
    await expect(changing.send(upload)).rejects.toMatchObject({ name: "BadDigest" });
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("are refused when a chunked body ends before its announced trailer", async () => {
    const changing = clientChangingBody(Readable.from([Buffer.from("3\r\nabc\r\n0\r\n\r\n")]));
    const upload = new PutObjectCommand({ Bucket, Key, Body: Readable.from([Buffer.from("abc")]), ContentLength: 3 });
    await expect(changing.send(upload)).rejects.toMatchObject({ name: "MalformedTrailerError" });
  });

  test("are refused when the body is not the one that was signed", async () => {
    const upload = new PutObjectCommand({ Bucket, Key, Body: "tiny!" });
    await expect(clientChangingBody("other").send(upload)).rejects.toMatchObject({ name: "XAmzContentSHA256Mismatch" });
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("are refused above 1 MiB when no length is announced", async () => {
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));
    expectRefusal(await raw(url, "PUT", { "transfer-encoding": "chunked" }, Buffer.alloc(3 * 1024 * 1024)), 400, "EntityTooLarge");
  });

  test("are refused above 1 MiB, and accepted at it", async () => {
    const Body = Buffer.alloc(1024 * 1024 + 1);
    await expect(client.send(new PutObjectCommand({ Bucket, Key, Body }))).rejects.toMatchObject({ name: "EntityTooLarge" });
    const limit = await client.send(new PutObjectCommand({ Bucket, Key, Body: Body.subarray(1) }));
    expect(limit.VersionId).toMatch(/^[0-9a-f]{32}$/);
  });

  test("that do not exist are not found", async () => {
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });
});

describe("versions", () => {
  test("are all kept, and a delete without a version hides them", async () => {
    const first = await put("1");
    const second = await put("2");
    expect(await get()).toBe("2");
    const removed = await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(removed.DeleteMarker).toBe(true);
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
    expect([await get(first), await get(second)]).toEqual(["1", "2"]);
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "org 1/" }));
    expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second, false],
      [first, false],
    ]);
    expect(listed.DeleteMarkers).toMatchObject([{ Key, IsLatest: true, VersionId: removed.VersionId }]);
  });

  test("can each be deleted for good, leaving no bytes on the disk", async () => {
    await put("1");
    await put("2");
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    const all = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
    expect(all).toHaveLength(3);
    for (const { VersionId = "" } of all) await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    const empty = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect([empty.Versions, empty.DeleteMarkers]).toEqual([undefined, undefined]);
    expect(await readdir(join(directory, Bucket))).toEqual([]);
  });

  test("are listed by prefix, in pages", async () => {
    for (const key of ["a/1", "a/1", "a/<&>", "b/1"]) await put("x", key);
    const seen: (string | undefined)[] = [];
    let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (let page = 0; page < 3; page += 1) {
      const listed = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "a/", MaxKeys: 1, ...markers }));
      seen.push(...(listed.Versions ?? []).map((version) => version.Key));
      expect(listed.IsTruncated).toBe(page < 2);
      markers = { KeyMarker: listed.NextKeyMarker ?? "", VersionIdMarker: listed.NextVersionIdMarker ?? "" };
    }
    expect(seen).toEqual(["a/1", "a/1", "a/<&>"]);
  });

  test("survive a restart, in private files", async () => {
    const first = await put("1");
    await put("2");
    await writeFile(join(directory, Bucket, "torn.part"), "half");
    await service.close();
    await start();
    expect([await get(first), await get()]).toEqual(["1", "2"]);
    await put("3");
    expect(await get()).toBe("3");
    const names = await readdir(join(directory, Bucket));
    expect(names).toHaveLength(3);
    for (const name of names) expect((await stat(join(directory, Bucket, name))).mode & 0o777).toBe(0o600);
    for (const path of [directory, join(directory, Bucket)]) expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});

describe("a put where nothing may be", () => {
  const putNew = (body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: body, IfNoneMatch: "*" }));

  test("is refused where there is something, and taken where that was deleted", async () => {
    await putNew("1");
    await expect(putNew("2")).rejects.toMatchObject({ name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } });
    expect(await get()).toBe("1");
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await putNew("3");
    expect(await get()).toBe("3");
  });

  test("is taken once, of several at the same time", async () => {
    const results = await Promise.allSettled(["1", "2", "3"].map(putNew));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("a presigned link", () => {
  beforeEach(async () => {
    await put("content");
  });

  test("downloads with the headers it asks for", async () => {
    const answer = await raw(await link());
    expect(answer).toMatchObject({ status: 200, body: "content" });
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="list.csv"');
    expect(answer.headers["content-type"]).toBe("text/csv");
  });

  test.each([
    ["path", (url: string) => url.replace("org%201", "org%202")],
    ["query value", (url: string) => url.replace("list.csv", "list.exe")],
    ["added query", (url: string) => `${url}&versionId=1`],
    ["signature", (url: string) => url.replace(/Signature=(.)/, (_, digit) => `Signature=${digit === "0" ? "1" : "0"}`)],
    ["short signature", (url: string) => url.replace(/(Signature=.{10})[0-9a-f]+/, "$1")],
    ["lifetime", (url: string) => url.replace("X-Amz-Expires=60", "X-Amz-Expires=3600")],
  ])("with another %s is refused", async (_, change) => {
    const url = await link();
    const changed = change(url);
    expect(changed).not.toBe(url);
    expectRefusal(await raw(changed), 403, "SignatureDoesNotMatch");
  });

  test("does not allow another method", async () => {
    const url = await link();
    expectRefusal(await raw(url, "PUT", {}, "overwritten"), 403, "SignatureDoesNotMatch");
    expectRefusal(await raw(url, "DELETE"), 403, "SignatureDoesNotMatch");
    expect(await get()).toBe("content");
  });

  test("ends exactly with its lifetime", async () => {
    const signed = new Date("2026-03-01T10:00:00Z");
    const url = await link(60, signed);
    clock = () => new Date(signed.getTime() + 59_999);
    expect((await raw(url)).status).toBe(200);
    clock = () => new Date(signed.getTime() + 60_000);
    expectRefusal(await raw(url), 403, "AccessDenied", "Request has expired");
  });

  test("dated more than 15 minutes ahead is refused", async () => {
    const url = await link(60, new Date(Date.now() + 16 * 60_000));
    expectRefusal(await raw(url), 403, "AccessDenied", "not valid yet");
  });

  test.each(["0", "604801", "-1", "1e3", ""])("with the lifetime '%s' is refused", async (seconds) => {
    const url = (await link()).replace("X-Amz-Expires=60", `X-Amz-Expires=${seconds}`);
    expectRefusal(await raw(url), 400, "AuthorizationQueryParametersError");
  });

  test("with a parameter twice is refused", async () => {
    expectRefusal(await raw(`${await link()}&X-Amz-Expires=3600`), 400, "InvalidArgument");
  });

  test("does not allow x-amz headers that were not signed", async () => {
    expectRefusal(await raw(await link(), "GET", { "x-amz-meta-a": "b" }), 403, "AccessDenied", "not signed");
  });
});

describe("a request", () => {
  const list = new ListObjectVersionsCommand({ Bucket });

  test("without a signature is refused", async () => {
    await put("content", "k");
    expectRefusal(await raw(`${service.url}/${Bucket}/k`), 403, "AccessDenied");
    expectRefusal(await raw(`${service.url}/${Bucket}/k`, "PUT", {}, "x"), 403, "AccessDenied");
    expect(await get(undefined, "k")).toBe("content");
  });

  test("signed with another secret or key id is refused", async () => {
    const wrongSecret = clientWith({ secretAccessKey: "another" }).send(list);
    await expect(wrongSecret).rejects.toMatchObject({ name: "SignatureDoesNotMatch", $metadata: { httpStatusCode: 403 } });
    const wrongKey = clientWith({ accessKeyId: "ANOTHER" }).send(list);
    await expect(wrongKey).rejects.toMatchObject({ name: "InvalidAccessKeyId", $metadata: { httpStatusCode: 403 } });
  });

  test("with a session token is taken when the token is a known one, in a header as in a link", async () => {
    await put("content");
    for (const [sessionToken, status] of [
      ["custody", 200],
      ["another", 400],
    ] as const) {
      const withToken = clientWith({ sessionToken });
      expect((await raw(await getSignedUrl(withToken, new GetObjectCommand({ Bucket, Key })))).status).toBe(status);
      const listed = withToken.send(list).then(
        () => 200,
        (error: { name: string }) => error.name,
      );
      expect(await listed).toBe(status === 200 ? 200 : "InvalidToken");
      withToken.destroy();
    }
  });

  test.each([-16, 16])("signed %d minutes off is refused", async (minutes) => {
    clock = () => new Date(Date.now() + minutes * 60_000);
    await expect(client.send(list)).rejects.toMatchObject({ name: "RequestTimeTooSkewed", $metadata: { httpStatusCode: 403 } });
  });

  test("for a foreign host is refused, even when it is signed for it", async () => {
    await put("content");
    const { port } = new URL(service.url);
    const foreign = new S3Client({ region, endpoint: `http://evil.example:${port}`, forcePathStyle: true, credentials });
    const url = await getSignedUrl(foreign, new GetObjectCommand({ Bucket, Key }));
    const answer = await raw(url.replace("evil.example", "127.0.0.1"), "GET", { host: `evil.example:${port}` });
    expectRefusal(answer, 403, "AccessDenied", "host name");
    expectRefusal(await raw(await link(), "GET", { host: "127.0.0.1" }), 403, "AccessDenied", "host name");
  });

  test("for something S3 has and this has not is refused, not misread", async () => {
    const conditional = client.send(new PutObjectCommand({ Bucket, Key, Body: "x", IfMatch: '"x"' }));
    await expect(conditional).rejects.toMatchObject({ name: "NotImplemented" });
    await expect(get()).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});
