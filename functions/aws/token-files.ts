// Reads stored token files, for the one function that sends them to Apple. It holds no other client and signs no link.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { StoredFile } from "../../domain/tokens/content-token.ts";
import { errorName } from "./error-name.ts";

type Bucket = { readonly client: S3Client; readonly name: string };
type ReadFile = (file: Pick<StoredFile, "key" | "version">) => Promise<Uint8Array | undefined>;

/** Without the right to list a bucket, S3 answers a missing object with AccessDenied. Source: Amazon S3 API reference, "GetObject". */
const GONE = new Set(["AccessDenied", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"]);

/** Answers `undefined` if the file is gone. Any other failure rejects with its name alone. */
export const readFileIn =
  ({ client, name: Bucket }: Bucket): ReadFile =>
  async ({ key, version }) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key, VersionId: version }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (GONE.has(errorName(error))) return undefined;
      throw new Error(`the token file could not be read: ${errorName(error)}`);
    }
  };

/** For the entry of the function that asks Apple. */
export const readFileOf = ({ TOKENS_BUCKET }: { readonly TOKENS_BUCKET: string }): ReadFile =>
  readFileIn({ client: new S3Client(), name: TOKENS_BUCKET });
