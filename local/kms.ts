// KMS's Encrypt and Decrypt with the template's keys: AES-256-GCM as there, the encryption context authenticated along with it. What was encrypted
// before a restart is decrypted after it; who may use which key is not checked.
// Source: KMS API reference, "Encrypt" and "Decrypt".
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as z from "zod";
import { failed } from "./aws-error.ts";
import { type Answered, type Asked, json, jsonOf } from "./http.ts";
import type { State } from "./state.ts";
import type { LocalResource } from "./template.ts";

/** Each key's material, by its ARN. */
export type Keys = ReadonlyMap<string, Buffer>;
export type KmsParts = { readonly keys: Keys };

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_PLAINTEXT_BYTES = 4096;
const MAX_CIPHERTEXT_BYTES = 6144;

/** The template's keys: what is new to `state` is made and kept there. */
export const keysOf = (resources: readonly LocalResource[], state: Pick<State, "keys">, save: () => void): Keys => {
  const arns = resources.filter(({ type }) => type === "AWS::KMS::Key").map((each) => each.attribute("Arn"));
  for (const arn of arns) state.keys[arn] ??= randomBytes(KEY_BYTES).toString("base64");
  save();
  return new Map(arns.map((arn) => [arn, Buffer.from(state.keys[arn] ?? "", "base64")]));
};

const bytes = (max: number) =>
  z
    .base64()
    .transform((text) => Buffer.from(text, "base64"))
    .refine(({ length }) => length > 0 && length <= max);
const Context = z.record(z.string(), z.string()).default({});
// What is not known here is refused: a dry run, or a key pair's algorithm, would answer otherwise than it does in AWS.
const Encrypt = z.strictObject({ KeyId: z.string(), Plaintext: bytes(MAX_PLAINTEXT_BYTES), EncryptionContext: Context });
const Decrypt = z.strictObject({ KeyId: z.string().optional(), CiphertextBlob: bytes(MAX_CIPHERTEXT_BYTES), EncryptionContext: Context });

/** By ARN, or by the id that ends it. */
const find = (keys: Keys, id: string): string | undefined => [...keys.keys()].find((arn) => arn === id || arn.endsWith(`:key/${id}`));

/** One text for one context, in whatever order its pairs came. */
const canonical = (context: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));

/** A ciphertext says whose key it needs: the ARN's length in two bytes, the ARN, the initialization vector, the tag, then what is encrypted. */
const headOf = (arn: string): Buffer => {
  const name = Buffer.from(arn);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([length, name]);
};

const seal = (arn: string, key: Buffer, plaintext: Buffer, context: Buffer): Buffer => {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.concat([headOf(arn), context]));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([headOf(arn), iv, cipher.getAuthTag(), encrypted]);
};

/** `undefined` when anything of it, or the context, is not what was sealed. */
const unseal = (blob: Buffer, arn: string, key: Buffer, context: Buffer): Buffer | undefined => {
  const rest = blob.subarray(headOf(arn).length);
  const [iv, tag] = [rest.subarray(0, IV_BYTES), rest.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.concat([headOf(arn), context])).setAuthTag(tag);
    return Buffer.concat([decipher.update(rest.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
};

const answered = (body: object): Answered =>
  json(200, { ...body, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" }, { "content-type": "application/x-amz-json-1.1" });
const notFound = (id: string): Answered => failed(400, "NotFoundException", `Key '${id}' does not exist`);
const invalid = (error: z.ZodError): Answered =>
  failed(400, "ValidationException", error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));

const encrypt = (asked: unknown, keys: Keys): Answered => {
  const { data, error } = Encrypt.safeParse(asked);
  if (error !== undefined) return invalid(error);
  const arn = find(keys, data.KeyId);
  const key = keys.get(arn ?? "");
  if (arn === undefined || key === undefined) return notFound(data.KeyId);
  const blob = seal(arn, key, data.Plaintext, canonical(data.EncryptionContext));
  return answered({ KeyId: arn, CiphertextBlob: blob.toString("base64") });
};

const decrypt = (asked: unknown, keys: Keys): Answered => {
  const { data, error } = Decrypt.safeParse(asked);
  if (error !== undefined) return invalid(error);
  const { KeyId, CiphertextBlob, EncryptionContext } = data;
  const wanted = KeyId === undefined ? undefined : find(keys, KeyId);
  if (KeyId !== undefined && wanted === undefined) return notFound(KeyId);
  const [arn, key] = [...keys].find(([each]) => CiphertextBlob.indexOf(headOf(each)) === 0) ?? [];
  if (arn !== undefined && wanted !== undefined && arn !== wanted)
    return failed(400, "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.");
  const plaintext = arn === undefined || key === undefined ? undefined : unseal(CiphertextBlob, arn, key, canonical(EncryptionContext));
  if (plaintext === undefined) return failed(400, "InvalidCiphertextException", "The ciphertext is not valid.");
  return answered({ KeyId: arn, Plaintext: plaintext.toString("base64") });
};

/** KMS's `operation`, as the end of `X-Amz-Target` names it. */
export const kms = (operation: string, { body }: Asked, { keys }: KmsParts): Answered => {
  if (operation === "Encrypt") return encrypt(jsonOf(body), keys);
  if (operation === "Decrypt") return decrypt(jsonOf(body), keys);
  return failed(400, "UnknownOperationException", "Known here: KMS's Encrypt and Decrypt");
};
