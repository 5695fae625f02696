// The contract of the cipher, kept by the fake and by the real port over KMS's stand-in: what was encrypted comes back for what it belongs to alone.
import { randomBytes } from "node:crypto";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterEach, describe, expect, test } from "vitest";
import { cipherWith } from "../../../functions/aws/cipher.ts";
import type { Cipher } from "../../../functions/ports/cipher.ts";
import { listen } from "../../../local/http.ts";
import { type Keys, kms } from "../../../local/kms.ts";
import { cipherInMemory } from "../../support/adapters/world-mdm.ts";
import { locationId } from "../../support/builders/make.ts";
import { TO_TEST } from "../../support/http/http.ts";

const KEY_ARN = "arn:aws:kms:us-east-1:000000000000:key/key";
const TEXT = "what an MDM server wants to be shown: ü";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const inKms = async (): Promise<{ cipher: Cipher; client: KMSClient }> => {
  const keys: Keys = new Map([[KEY_ARN, randomBytes(32)]]);
  const answer = async (asked: Parameters<typeof kms>[1]) => kms(asked.headers["x-amz-target"]?.split(".")[1] ?? "", asked, { keys });
  const server = await listen(answer, { port: 0, onError: () => undefined });
  const client = new KMSClient({ ...TO_TEST, endpoint: server.url });
  closing.push(async () => {
    client.destroy();
    await server.close();
  });
  return { cipher: cipherWith({ client, keyArn: KEY_ARN }), client };
};

describe.each<[string, () => Promise<Cipher>]>([
  ["in memory", async () => cipherInMemory()],
  ["over KMS", async () => (await inKms()).cipher],
])("the cipher %s", (_, open) => {
  test("gives back what was encrypted, which is shown by nothing else", async () => {
    const cipher = await open();
    const encrypted = await cipher.encrypt(TEXT, locationId());
    expect(encrypted).not.toContain(TEXT);
    expect(encrypted).toMatch(/^[\w+/]+=*$/);
    expect(await cipher.decrypt(encrypted, locationId())).toBe(TEXT);
  });

  test("gives back nothing that was encrypted for another location", async () => {
    const cipher = await open();
    const encrypted = await cipher.encrypt(TEXT, locationId(2));
    await expect(cipher.decrypt(encrypted, locationId())).rejects.toThrow();
  });

  test("gives back nothing that nobody encrypted", async () => {
    const cipher = await open();
    await expect(cipher.decrypt(Buffer.from(TEXT).toString("base64"), locationId())).rejects.toThrow();
  });
});

test("what is encrypted says what it is for, so that a policy can tell it from what else the key encrypts", async () => {
  const { cipher, client } = await inKms();
  const CiphertextBlob = Buffer.from(await cipher.encrypt(TEXT, locationId()), "base64");
  const decrypted = (EncryptionContext: Record<string, string>) => client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  const { Plaintext } = await decrypted({ use: "notification", belongsTo: locationId() });
  expect(Buffer.from(Plaintext ?? []).toString()).toBe(TEXT);
  await expect(decrypted({ belongsTo: locationId() })).rejects.toMatchObject({ name: "InvalidCiphertextException" });
});
