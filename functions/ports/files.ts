// Token files in object storage.
import type { StoredFile } from "../../domain/tokens/content-token.ts";

export interface Files {
  /** Stores the file under a key of its own. Plan its erasure first: a file that no record names must not stay. */
  put(key: string, bytes: Uint8Array): Promise<StoredFile>;
  /** A link to the file that ends at `until`, or earlier where the signing credentials do: the answer tells. */
  signDownload(file: StoredFile, fileName: string, until: Date): Promise<{ readonly url: string; readonly expiresAt: Date }>;
  /** Every version of it. Harmless when there is none. */
  erase(key: string): Promise<void>;
}
