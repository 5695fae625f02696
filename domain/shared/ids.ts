// Identifiers carry their kind, in the text (`ct_…`) and in the type, so that an account's can't be passed where a token's is meant.
import * as z from "zod";

const idOfKind = <Kind extends string>(kind: Kind) =>
  z.string().regex(new RegExp(`^${kind}_[0-9a-z]{26}$`), `expected an identifier ${kind}_…`);

export const LocationId = idOfKind("loc").brand<"LocationId">();
export type LocationId = z.infer<typeof LocationId>;

export const ContentTokenId = idOfKind("ct").brand<"ContentTokenId">();
export type ContentTokenId = z.infer<typeof ContentTokenId>;

export const AccountId = idOfKind("acc").brand<"AccountId">();
export type AccountId = z.infer<typeof AccountId>;

export const MdmServerId = idOfKind("mdm").brand<"MdmServerId">();
export type MdmServerId = z.infer<typeof MdmServerId>;

export const ConflictId = idOfKind("cfl").brand<"ConflictId">();
export type ConflictId = z.infer<typeof ConflictId>;

export const TransferId = idOfKind("tr").brand<"TransferId">();
export type TransferId = z.infer<typeof TransferId>;

/** Bytes that `identifierText` needs: 128 bits, so that identifiers can't be guessed or collide. */
export const IDENTIFIER_BYTES = 16;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Crockford base32 of 16 bytes: 26 characters. Throws a RangeError on any other length. */
export const identifierText = (bytes: Uint8Array): string => {
  if (bytes.length !== IDENTIFIER_BYTES) throw new RangeError(`an identifier takes ${IDENTIFIER_BYTES} bytes, got ${bytes.length}`);
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let digit = 0; digit < 26; digit++) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
};
