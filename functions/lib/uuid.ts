// UUIDs where the protocol has them. Source: RFC 9562, version 4 (random) and version 8 (of a hash).

export const UUID_BYTES = 16;

const formatted = (bytes: Uint8Array, version: number): string => {
  const marked = Uint8Array.from(bytes.subarray(0, UUID_BYTES));
  marked[6] = ((marked[6] ?? 0) & 0x0f) | (version << 4);
  marked[8] = ((marked[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(marked).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

/** From 16 random bytes. */
export const uuidOf = (random: Uint8Array): string => formatted(random, 4);

/** The same one for the same hash (hex), as what is told again needs. */
export const uuidOfHash = (sha256: string): string => formatted(Buffer.from(sha256, "hex"), 8);
