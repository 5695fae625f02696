// Values that have to be shown again, encrypted with the service's key. What each belongs to is a part of it: put elsewhere, it can't be read.
import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Cipher } from "../ports/cipher.ts";

type Keyed = { readonly client: KMSClient; readonly keyArn: string };

/** The encryption context that the key policy requires. */
const contextOf = (belongsTo: string) => ({ use: "notification", belongsTo });

export const cipherWith = ({ client, keyArn: KeyId }: Keyed): Cipher => ({
  async encrypt(text, belongsTo) {
    const command = new EncryptCommand({ KeyId, Plaintext: Buffer.from(text), EncryptionContext: contextOf(belongsTo) });
    const { CiphertextBlob } = await client.send(command);
    if (CiphertextBlob === undefined) throw new Error("the key encrypted nothing");
    return Buffer.from(CiphertextBlob).toString("base64");
  },
  async decrypt(ciphertext, belongsTo) {
    const CiphertextBlob = Buffer.from(ciphertext, "base64");
    const { Plaintext } = await client.send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext: contextOf(belongsTo) }));
    if (Plaintext === undefined) throw new Error("the key decrypted nothing");
    return Buffer.from(Plaintext).toString("utf8");
  },
});

/** For the entries of the functions that need it: no other bundle holds the client. */
export const cipherOf = ({ KEY_ARN }: { readonly KEY_ARN: string }): Cipher => cipherWith({ client: new KMSClient(), keyArn: KEY_ARN });
