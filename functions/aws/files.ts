// Token files in S3: random keys under `tokens/`, versioned, encrypted by the bucket. Links are signed without a version, so that erasing kills them.
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { attachmentHeader } from "../../domain/tokens/file-name.ts";
import { sha256 } from "../lib/hash.ts";
import type { Files } from "../ports/files.ts";

type Bucket = { readonly client: S3Client; readonly name: string };

/** The signer itself lets a link claim to outlive its credentials; S3 would refuse it earlier than we said. */
const endOfCredentials = async (client: S3Client): Promise<Date | undefined> => (await client.config.credentials()).expiration;

export const filesIn = ({ client, name: Bucket }: Bucket): Files => ({
  async put(key, bytes) {
    const { VersionId } = await client.send(
      new PutObjectCommand({ Bucket, Key: key, Body: bytes, ContentType: "application/octet-stream", CacheControl: "no-store" }),
    );
    if (VersionId === undefined) throw new Error("the bucket of token files keeps no versions");
    return { key, version: VersionId, sha256: sha256(bytes) };
  },

  async signDownload({ key }, fileName, until) {
    const signingDate = new Date();
    const signedAt = Math.floor(signingDate.getTime() / 1000);
    const credentialsEnd = await endOfCredentials(client);
    // A link ends at a whole second: not before it was to, unless the credentials do.
    const asked = Math.ceil(until.getTime() / 1000) - signedAt;
    const longest = credentialsEnd === undefined ? asked : Math.floor(credentialsEnd.getTime() / 1000) - signedAt;
    const expiresIn = Math.min(asked, longest);
    if (expiresIn < 1) throw new Error("a link can't be signed: it, or the credentials that sign it, would have ended already");
    const command = new GetObjectCommand({
      Bucket,
      Key: key,
      ResponseContentDisposition: attachmentHeader(fileName),
      ResponseCacheControl: "no-store",
    });
    const url = await getSignedUrl(client, command, { expiresIn, signingDate });
    return { url, expiresAt: new Date((signedAt + expiresIn) * 1000) };
  },

  async erase(key) {
    // Each round erases what it listed, so the next one lists what is left; markers of a key that only begins alike are none of ours.
    for (;;) {
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: key }));
      const ours = [...Versions, ...DeleteMarkers].filter(({ Key, VersionId }) => Key === key && VersionId !== undefined);
      if (ours.length === 0) return;
      for (const { VersionId } of ours) await client.send(new DeleteObjectCommand({ Bucket, Key: key, VersionId }));
    }
  },
});
