// The contract of the files, kept by the fake and by the real port over the object storage that verifies signatures: what was put is what a link
// gives, until it ends or the file is erased.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesIn } from "../../../functions/aws/files.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import type { Files } from "../../../functions/ports/files.ts";
import { startS3 } from "../../../local/s3/server.ts";
import { filesInMemory } from "../../support/adapters/outside.ts";
import { bytesOf } from "../../support/builders/make.ts";
import { serve, TO_TEST } from "../../support/http/http.ts";

type Opened = { readonly name: string | undefined; readonly bytes: Uint8Array };
type Backend = { readonly files: Files; open(url: string): Promise<Opened | undefined> };

let directory: string;
let storage: Awaited<ReturnType<typeof startS3>>;
const clients: S3Client[] = [];

const clientTo = (endpoint: string, expiration?: Date): S3Client => {
  const credentials = { ...TO_TEST.credentials, ...(expiration === undefined ? {} : { expiration }) };
  const client = new S3Client({ ...TO_TEST, endpoint, forcePathStyle: true, credentials });
  clients.push(client);
  return client;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "files-"));
  storage = await startS3({ directory: join(directory, "s3"), port: 0, credentials: TO_TEST.credentials, region: TO_TEST.region });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const inMemory = (): Backend => {
  const stored = new Map<string, Uint8Array>();
  return {
    files: filesInMemory(stored),
    async open(url) {
      const [, key = "", name] = /^memory:(.*)\?(.*)$/.exec(url) ?? [];
      const bytes = stored.get(key);
      return bytes === undefined ? undefined : { name, bytes };
    },
  };
};

const inStorage = (): Backend => ({
  files: filesIn({ client: clientTo(storage.url), name: "vault" }),
  async open(url) {
    const answer = await fetch(url);
    if (answer.status === 404) return undefined;
    expect(answer.status).toBe(200);
    const disposition = answer.headers.get("content-disposition") ?? "";
    const extended = /filename\*=UTF-8''(.*)$/.exec(disposition)?.[1];
    const name = extended === undefined ? /filename="(.*)"/.exec(disposition)?.[1] : decodeURIComponent(extended);
    return { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
  },
});

const inAMinute = () => new Date(Date.now() + 60_000);

describe.each([
  ["in memory", inMemory],
  ["in object storage", inStorage],
])("files %s", (_, make) => {
  const NAME = "sToken_for_X.vpptoken";
  const bytes = Uint8Array.from({ length: 300 }, (__, index) => index % 256);
  const link = (files: Files, file: Awaited<ReturnType<Files["put"]>>) => files.signDownload(file, NAME, inAMinute());

  test("come back byte by byte through a link, under the name they are given", async () => {
    const { files, open } = make();
    const file = await files.put("tokens/a", bytes);
    expect(file).toMatchObject({ key: "tokens/a", sha256: sha256(bytes) });
    expect(file.version).not.toBe("");
    expect(await open((await link(files, file)).url)).toEqual({ name: NAME, bytes });
  });

  test.each(["sToken_for_東京本社_2049025000431439.vpptoken", "sToken_for_L'Aquila (1)*.vpptoken"])(
    "keep the name %s in a link",
    async (name) => {
      const { files, open } = make();
      const { url } = await files.signDownload(await files.put("tokens/n", bytes), name, inAMinute());
      expect(await open(url)).toEqual({ name, bytes });
    },
  );

  test("have links that say when they end: at the first whole second that is not before what was asked", async () => {
    const { files } = make();
    const until = inAMinute();
    const { expiresAt } = await files.signDownload(await files.put("tokens/b", bytes), NAME, until);
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(until.getTime());
    expect(expiresAt.getTime()).toBeLessThan(until.getTime() + 1000);
  });

  test("are erased with all their versions, and links that circulate die with them", async () => {
    const { files, open } = make();
    const first = await link(files, await files.put("tokens/c", bytesOf("first")));
    const second = await link(files, await files.put("tokens/c", bytesOf("second")));
    await files.erase("tokens/c");
    expect(await open(first.url)).toBeUndefined();
    expect(await open(second.url)).toBeUndefined();
    await expect(files.erase("tokens/c")).resolves.toBeUndefined();
  });

  test("whose keys only begin alike are left alone", async () => {
    const { files, open } = make();
    await files.put("tokens/d", bytesOf("to be erased"));
    const other = await link(files, await files.put("tokens/dd", bytesOf("to stay")));
    await files.erase("tokens/d");
    expect((await open(other.url))?.bytes).toEqual(bytesOf("to stay"));
  });
});

test("a link ends with the credentials that signed it, and says so", async () => {
  const credentialsEnd = new Date(Date.now() + 20_000);
  const files = filesIn({ client: clientTo(storage.url, credentialsEnd), name: "vault" });
  const { url, expiresAt } = await files.signDownload(await files.put("tokens/e", bytesOf("x")), "x", inAMinute());
  expect(expiresAt.getTime()).toBeLessThanOrEqual(credentialsEnd.getTime());
  expect(Number(new URL(url).searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(20);
  expect((await fetch(url)).status).toBe(200);
});

test("a bucket that keeps no versions takes no file: an erased one could come back", async () => {
  const unversioned = await serve(() => ({ headers: { etag: '"x"' } }));
  const files = filesIn({ client: clientTo(unversioned.url), name: "vault" });
  await expect(files.put("tokens/f", bytesOf("x"))).rejects.toThrow(/keeps no versions/);
  await unversioned.close();
});
