// KMS's stand-in asked by AWS's own client: what was encrypted is read with the same context and key alone, and after a restart.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecryptCommand, type DecryptCommandInput, EncryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { awsApiOf } from "../../local/aws-api.ts";
import { type Listening, listen } from "../../local/http.ts";
import { keysOf } from "../../local/kms.ts";
import { namesAt } from "../../local/names.ts";
import { ANY_ACCESS } from "../../local/place.ts";
import { openState } from "../../local/state.ts";
import type { LocalResource } from "../../local/template.ts";

const attributeOf = namesAt({ api: "http://127.0.0.1:1", identity: "http://127.0.0.1:2", sqs: "http://127.0.0.1:3" });
const keyNamed = (id: string): LocalResource => {
  const resource = { stack: "Records", id, type: "AWS::KMS::Key", written: {} };
  return {
    ...resource,
    asset: undefined,
    name: () => attributeOf(resource, "Ref"),
    attribute: (name) => attributeOf(resource, name),
    properties: () => ({}),
  };
};
const KEY = "arn:aws:kms:us-east-1:000000000000:key/key";
const OTHER = "arn:aws:kms:us-east-1:000000000000:key/other";
const CONTEXT = { location: "loc_1", use: "notification" };
const SECRET = Buffer.from("a secret of an MDM server");

let directory: string;
let server: Listening;
let client: KMSClient;
const start = async (): Promise<void> => {
  const { state, save } = await openState(directory);
  const buses = { has: () => false, put: () => undefined };
  const parts = { buses, mayPut: () => false, functionOf: () => undefined, topics: [], onNotice: () => undefined };
  const keys = keysOf([keyNamed("Key"), keyNamed("Other")], state, save);
  server = await listen(awsApiOf({ ...parts, keys, onError: () => undefined }), { port: 0, onError: () => undefined });
  client = new KMSClient({ ...ANY_ACCESS, endpoint: server.url, maxAttempts: 1 });
};
const stop = async (): Promise<void> => {
  client.destroy();
  await server.close();
};
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kms-"));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(directory, { recursive: true, force: true });
});

const encrypted = async (): Promise<Uint8Array> => {
  const answer = await client.send(new EncryptCommand({ KeyId: KEY, Plaintext: SECRET, EncryptionContext: CONTEXT }));
  return answer.CiphertextBlob ?? new Uint8Array();
};
const decrypt = (CiphertextBlob: Uint8Array, more: Partial<DecryptCommandInput> = {}) =>
  client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT, ...more }));

test("what was encrypted comes back, with the context's pairs in any order and the key named or not", async () => {
  const blob = await encrypted();
  expect(Buffer.from(blob).includes(SECRET)).toBe(false);
  const reordered = { use: "notification", location: "loc_1" };
  for (const more of [{}, { KeyId: KEY }, { KeyId: "key" }, { EncryptionContext: reordered }]) {
    const { Plaintext, KeyId } = await decrypt(blob, more);
    expect([Buffer.from(Plaintext ?? []).toString(), KeyId]).toEqual([SECRET.toString(), KEY]);
  }
});

test("the same value is never encrypted to the same bytes", async () => {
  expect(Buffer.from(await encrypted()).equals(await encrypted())).toBe(false);
});

test.each<[string, Record<string, string> | undefined]>([
  ["another value", { ...CONTEXT, location: "loc_2" }],
  ["a pair less", { use: "notification" }],
  ["a pair more", { ...CONTEXT, more: "" }],
  ["none", undefined],
])("a context that is not the same decrypts nothing: %s", async (_, EncryptionContext) => {
  await expect(decrypt(await encrypted(), { EncryptionContext })).rejects.toMatchObject({ name: "InvalidCiphertextException" });
});

test("a ciphertext with any byte changed, cut or added decrypts to nothing", async () => {
  const blob = Buffer.from(await encrypted());
  const flipped = [...blob.keys()].map((index) => Buffer.from(blob.map((byte, at) => (at === index ? byte ^ 1 : byte))));
  const wrong = [...flipped, blob.subarray(0, -1), blob.subarray(0, 60), blob.subarray(0, 1), Buffer.concat([blob, Buffer.from([0])])];
  for (const each of wrong) await expect(decrypt(each)).rejects.toMatchObject({ name: "InvalidCiphertextException" });
});

test("another key than the one that encrypted is told so; one that is not there is not found", async () => {
  const blob = await encrypted();
  await expect(decrypt(blob, { KeyId: OTHER })).rejects.toMatchObject({ name: "IncorrectKeyException" });
  await expect(decrypt(blob, { KeyId: `${KEY}2` })).rejects.toMatchObject({ name: "NotFoundException" });
  const nowhere = new EncryptCommand({ KeyId: "alias/none", Plaintext: SECRET });
  await expect(client.send(nowhere)).rejects.toMatchObject({ name: "NotFoundException" });
});

test("4096 bytes are encrypted, not one more and not none", async () => {
  const encrypt = (length: number) => client.send(new EncryptCommand({ KeyId: KEY, Plaintext: Buffer.alloc(length, "x") }));
  const { CiphertextBlob = new Uint8Array() } = await encrypt(4096);
  expect((await decrypt(CiphertextBlob, { EncryptionContext: undefined })).Plaintext).toHaveLength(4096);
  for (const length of [4097, 0]) await expect(encrypt(length)).rejects.toMatchObject({ name: "ValidationException" });
});

test("what is not known here is refused, not answered as if it were", async () => {
  const dataKey = new GenerateDataKeyCommand({ KeyId: KEY, KeySpec: "AES_256" });
  await expect(client.send(dataKey)).rejects.toMatchObject({ name: "UnknownOperationException" });
  const dry = new EncryptCommand({ KeyId: KEY, Plaintext: SECRET, DryRun: true });
  await expect(client.send(dry)).rejects.toMatchObject({ name: "ValidationException" });
});

test("a restart keeps the keys, in a file that its owner alone reads", async () => {
  const blob = await encrypted();
  await stop();
  await start();
  expect(Buffer.from((await decrypt(blob)).Plaintext ?? []).toString()).toBe(SECRET.toString());
  expect((await stat(join(directory, "state.json"))).mode & 0o777).toBe(0o600);
});
