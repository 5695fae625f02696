// The one hash of this service: of secrets, of files, of custody entries.
import { createHash } from "node:crypto";

/** SHA-256 in hex, of a text's UTF-8 or of bytes. */
export const sha256 = (value: string | Uint8Array): string => createHash("sha256").update(value).digest("hex");
