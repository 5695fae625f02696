// Reading a part of an object, or only one that changed: on a presigned link, as MDM servers and browsers do it.
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rangeOf } from "../../local/s3/reading.ts";
import { startS3 } from "../../local/s3/server.ts";

const region = "us-east-1";
const credentials = { accessKeyId: "LOCALKEY", secretAccessKey: "local-secret-for-tests" };
const place = { Bucket: "tokens", Key: "tokens/1" };
const CONTENT = "0123456789abcdef";
const ETAG = `"${createHash("md5").update(CONTENT).digest("hex")}"`;
const WRITTEN = new Date("2026-06-01T12:00:00.750Z");
const WRITTEN_SECOND = "Mon, 01 Jun 2026 12:00:00 GMT";
const EARLIER = "Mon, 01 Jun 2026 11:59:59 GMT";
const LATER = "Mon, 01 Jun 2026 12:00:01 GMT";

let directory: string;
let service: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;
let clock = (): Date => new Date();
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "s3-reading-"));
  service = await startS3({ directory, port: 0, credentials, region, now: () => clock() });
  client = new S3Client({ region, endpoint: service.url, credentials, systemClockOffset: WRITTEN.getTime() - Date.now() });
  clock = () => WRITTEN;
  await client.send(new PutObjectCommand({ ...place, Body: CONTENT, ContentType: "text/plain" }));
});
afterAll(async () => {
  client.destroy();
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

const read = async (headers: Record<string, string>, method = "GET") => {
  const command = method === "GET" ? new GetObjectCommand(place) : new HeadObjectCommand(place);
  const url = await getSignedUrl(client, command, { expiresIn: 60, signingDate: WRITTEN });
  const answer = await fetch(url, { method, headers });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

describe("a range of an object", () => {
  test.each([
    ["bytes=0-9", "0123456789", "bytes 0-9/16"],
    ["bytes=0-0", "0", "bytes 0-0/16"],
    ["bytes=10-", "abcdef", "bytes 10-15/16"],
    ["bytes=-4", "cdef", "bytes 12-15/16"],
    ["bytes=-99", CONTENT, "bytes 0-15/16"],
    ["bytes=8-99", "89abcdef", "bytes 8-15/16"],
  ])("%s is answered with 206 and that part", async (range, body, contentRange) => {
    const answer = await read({ range });
    expect(answer).toMatchObject({ status: 206, body });
    expect(answer.headers.get("content-range")).toBe(contentRange);
    expect(answer.headers.get("content-length")).toBe(String(body.length));
    expect([answer.headers.get("etag"), answer.headers.get("content-type")]).toEqual([ETAG, "text/plain"]);
  });

  test.each(["bytes=16-", "bytes=99-100", "bytes=-0"])("%s holds no byte of it and is answered with 416", async (range) => {
    const answer = await read({ range });
    expect(answer.status).toBe(416);
    expect(answer.headers.get("content-range")).toBe("bytes */16");
    expect(answer.body).toContain("<Code>InvalidRange</Code>");
  });

  test.each(["bytes=0-1,4-5", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "lines=0-1", "0-1"])(
    "%s is several ranges or none, and is answered with the whole object",
    async (range) => {
      const answer = await read({ range });
      expect(answer).toMatchObject({ status: 200, body: CONTENT });
      expect(answer.headers.get("content-range")).toBeNull();
      expect(answer.headers.get("accept-ranges")).toBe("bytes");
    },
  );

  test("is ignored when If-Range names another version", async () => {
    expect(await read({ range: "bytes=0-1", "if-range": ETAG })).toMatchObject({ status: 206 });
    expect(await read({ range: "bytes=0-1", "if-range": '"other"' })).toMatchObject({ status: 200, body: CONTENT });
  });

  test("is answered to HEAD without a body", async () => {
    const answer = await read({ range: "bytes=0-9" }, "HEAD");
    expect(answer).toMatchObject({ status: 206, body: "" });
    expect([answer.headers.get("content-range"), answer.headers.get("content-length")]).toEqual(["bytes 0-9/16", "10"]);
  });

  const version = (size: number) => ({
    key: "k",
    versionId: "v",
    sequence: 1,
    deleteMarker: false,
    lastModified: WRITTEN.toISOString(),
    etag: ETAG,
    size,
    headers: {},
  });

  test("lies within the object for every request", () => {
    const bound = fc.option(fc.nat({ max: 40 }), { nil: "" as const });
    fc.assert(
      fc.property(fc.nat({ max: 30 }), bound, bound, (size, from, to) => {
        const wanted = Array.from({ length: size }, (_, index) => index).filter((index) =>
          from === "" ? index >= size - Number(to) : index >= from && (to === "" || index <= to),
        );
        const isNoRange = (from === "" && to === "") || (from !== "" && to !== "" && to < from);
        const ask = () => rangeOf(new Map([["range", `bytes=${from}-${to}`]]), version(size));
        if (isNoRange) expect(ask()).toBeUndefined();
        else if (wanted.length === 0) expect(ask).toThrow("not satisfiable");
        else expect(ask()).toEqual({ first: wanted[0], last: wanted.at(-1) });
      }),
    );
  });
});

describe("a condition on a read", () => {
  test.each<[number, Record<string, string>]>([
    [304, { "if-none-match": ETAG }],
    [304, { "if-none-match": ETAG.replaceAll('"', "") }],
    [304, { "if-none-match": `"other", W/${ETAG}` }],
    [304, { "if-none-match": "*" }],
    [200, { "if-none-match": '"other"' }],
    [304, { "if-modified-since": WRITTEN_SECOND }],
    [304, { "if-modified-since": LATER }],
    [200, { "if-modified-since": EARLIER }],
    [200, { "if-modified-since": "yesterday" }],
    [200, { "if-match": ETAG }],
    [200, { "if-match": "*" }],
    [412, { "if-match": '"other"' }],
    [200, { "if-unmodified-since": WRITTEN_SECOND }],
    [412, { "if-unmodified-since": EARLIER }],
    [200, { "if-unmodified-since": "tomorrow" }],
    // S3 documents these two: the entity tag overrules the time.
    [200, { "if-match": ETAG, "if-unmodified-since": EARLIER }],
    [304, { "if-none-match": ETAG, "if-modified-since": EARLIER }],
    [200, { "if-none-match": '"other"', "if-modified-since": LATER }],
    [412, { "if-match": '"other"', "if-none-match": ETAG }],
    [304, { "if-none-match": ETAG, range: "bytes=0-1" }],
    [206, { "if-match": ETAG, range: "bytes=0-1" }],
  ])("answers %d to %j", async (status, headers) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await read(headers, method);
      expect(answer.status).toBe(status);
      if (method === "HEAD") expect(answer.body).toBe("");
      else if (status === 412) expect(answer.body).toContain("<Code>PreconditionFailed</Code>");
      else expect(answer.body).toBe({ 200: CONTENT, 206: "01", 304: "" }[status]);
      if (status === 304) expect([answer.headers.get("etag"), answer.headers.get("content-length")]).toEqual([ETAG, null]);
    }
  });
});
