// The contract of the seals, kept by the fake and by the real port over the object storage: the newest is found, and none is written over.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SealedHead, sealAfter, sealText } from "../../../domain/custody/seal.ts";
import { sealKey, sealPlaces, sealsIn } from "../../../functions/aws/seals.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import type { Seals } from "../../../functions/ports/seals.ts";
import { startS3 } from "../../../local/s3/server.ts";
import { sealsInMemory } from "../../support/adapters/outside.ts";
import { accountId, at } from "../../support/builders/make.ts";
import { serve, TO_TEST } from "../../support/http/http.ts";

let directory: string;
let storage: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;
let buckets = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "seals-"));
  storage = await startS3({ directory, port: 0, credentials: TO_TEST.credentials, region: TO_TEST.region });
  client = new S3Client({ ...TO_TEST, endpoint: storage.url });
});

afterAll(async () => {
  client.destroy();
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const newBucket = () => {
  buckets += 1;
  return { client, name: `seals-${buckets}` };
};

const aHead = (seq: number) => SealedHead.parse({ subject: accountId(), seq, hash: "a".repeat(64) });
const aSeal = (seq = 1, before?: Parameters<typeof sealAfter>[0]) =>
  sealAfter(before, { heads: new Map([["x", aHead(seq)]]), broken: [], sealedAt: at("2026-06-01T03:00:00.000Z") }, sha256);

describe.each([
  ["in memory", () => sealsInMemory()],
  ["in object storage", () => sealsIn(newBucket())],
])("seals %s", (_, make) => {
  let seals: Seals;
  beforeEach(() => {
    seals = make();
  });

  test("are none at first", async () => {
    expect(await seals.last()).toBeUndefined();
  });

  test("come back as they were written, the newest first", async () => {
    const first = aSeal();
    const second = aSeal(2, first);
    expect([await seals.add(first), await seals.add(second)]).toEqual([true, true]);
    expect(await seals.last()).toEqual(second);
  });

  test("are not written over", async () => {
    await seals.add(aSeal(1));
    expect(await seals.add(aSeal(7))).toBe(false);
    expect(await seals.last()).toEqual(aSeal(1));
  });

  test("of one number are written once, when several runs try at the same time", async () => {
    const added = await Promise.all([1, 2, 3, 4].map((seq) => seals.add(aSeal(seq))));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect((await seals.last())?.heads[0]?.seq).toBe(added.indexOf(true) + 1);
  });
});

describe("in the bucket, what was first written of a seal counts", () => {
  test("when it was marked as deleted", async () => {
    const bucket = newBucket();
    await sealsIn(bucket).add(aSeal());
    await client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: sealKey(1) }));
    expect(await sealsIn(bucket).last()).toEqual(aSeal());
  });

  test("when another was put over it, which is told", async () => {
    const bucket = newBucket();
    await sealsIn(bucket).add(aSeal(1));
    await client.send(new PutObjectCommand({ Bucket: bucket.name, Key: sealKey(1), Body: sealText(aSeal(7)) }));
    expect(await sealsIn(bucket).last()).toEqual(aSeal(1));
    expect(await sealPlaces(bucket)).toMatchObject([{ number: 1, isAlone: false }]);
  });

  test("and nothing else that lies there", async () => {
    const bucket = newBucket();
    await sealsIn(bucket).add(aSeal());
    for (const Key of ["seals/9.json", "seals/00000009.txt", "other/00000009.json"])
      await client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: sealText(aSeal(7)) }));
    expect(await sealsIn(bucket).last()).toEqual(aSeal());
  });
});

test("a newest seal that is none is an error: sealing on would forget what was sealed before it", async () => {
  const bucket = newBucket();
  await client.send(new PutObjectCommand({ Bucket: bucket.name, Key: sealKey(1), Body: `${sealText(aSeal())}\n` }));
  await expect(sealsIn(bucket).last()).rejects.toThrow(/seal 1 is no seal/);
  await client.send(new PutObjectCommand({ Bucket: bucket.name, Key: sealKey(2), Body: sealText(aSeal()) }));
  await expect(sealsIn(bucket).last()).rejects.toThrow(/seal 2 is no seal/);
});

test("seals are listed to the end, page by page, and anything but a taken number is an error", async () => {
  const version = (number: number) => `<Version><Key>${sealKey(number)}</Key><VersionId>v${number}</VersionId></Version>`;
  const page = (number: number, more: string) => ({ body: `<ListVersionsResult>${version(number)}${more}</ListVersionsResult>` });
  const storage = await serve(({ method, path }) => {
    if (method === "PUT") return { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
    if (path.includes("key-marker")) return page(2, "<IsTruncated>false</IsTruncated>");
    return page(1, "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>b</NextVersionIdMarker>");
  });
  const bucket = { client: new S3Client({ ...TO_TEST, endpoint: storage.url }), name: "seals" };
  expect((await sealPlaces(bucket)).map(({ versionId }) => versionId)).toEqual(["v1", "v2"]);
  await expect(sealsIn(bucket).add(aSeal())).rejects.toThrow();
  bucket.client.destroy();
  await storage.close();
});
