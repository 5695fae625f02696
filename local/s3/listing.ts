// ListObjectVersions: keys in byte order, versions newest first, in pages.
// A page starts after the pair of key and version markers; a key marker alone skips that key entirely.
import { escapeXml, S3Error } from "./errors.ts";
import { encode } from "./signature.ts";
import type { Store, Version } from "./store.ts";

export const listVersions = (store: Store, bucket: string, query: ReadonlyMap<string, string>): string => {
  if (query.has("delimiter")) throw new S3Error(501, "NotImplemented", "A delimiter is not supported");
  const encoding = query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url")
    throw new S3Error(400, "InvalidArgument", "Invalid Encoding Method specified in Request");
  const maxKeys = query.get("max-keys") ?? "1000";
  if (!/^[0-9]{1,9}$/.test(maxKeys)) throw new S3Error(400, "InvalidArgument", "max-keys must be a number");
  const limit = Math.min(Number(maxKeys), 1000);
  const prefix = query.get("prefix") ?? "";
  const keyMarker = query.get("key-marker") ?? "";
  const versionMarker = query.get("version-id-marker") ?? "";

  const rest = store
    .keys(bucket)
    .filter((key) => key.startsWith(prefix))
    .flatMap((key) => after(store.versions(bucket, key), key, keyMarker, versionMarker));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const truncated = last !== undefined && rest.length > page.length;

  const text = (value: string): string => escapeXml(encoding === "url" ? encode(value).replaceAll("%2F", "/") : value);
  const isLatest = (version: Version): boolean => store.versions(bucket, version.key)[0]?.versionId === version.versionId;
  const entries = page.map((version) => {
    const common =
      `<Key>${text(version.key)}</Key><VersionId>${version.versionId}</VersionId>` +
      `<IsLatest>${isLatest(version)}</IsLatest><LastModified>${version.lastModified}</LastModified>`;
    if (version.deleteMarker) return `<DeleteMarker>${common}</DeleteMarker>`;
    const etag = `<ETag>${escapeXml(version.etag)}</ETag>`;
    return `<Version>${common}${etag}<Size>${version.size}</Size><StorageClass>STANDARD</StorageClass></Version>`;
  });
  const next = truncated
    ? `<NextKeyMarker>${text(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.versionId}</NextVersionIdMarker>`
    : "";
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${escapeXml(bucket)}</Name><Prefix>${text(prefix)}</Prefix><KeyMarker>${text(keyMarker)}</KeyMarker>`,
    `<VersionIdMarker>${escapeXml(versionMarker)}</VersionIdMarker><MaxKeys>${limit}</MaxKeys>`,
    encoding === "url" ? "<EncodingType>url</EncodingType>" : "",
    `<IsTruncated>${truncated}</IsTruncated>${next}${entries.join("")}</ListVersionsResult>`,
  ].join("");
};

const after = (versions: readonly Version[], key: string, keyMarker: string, versionMarker: string): readonly Version[] => {
  const order = Buffer.compare(Buffer.from(key), Buffer.from(keyMarker));
  if (order > 0) return versions;
  if (order < 0 || versionMarker === "") return [];
  const at = versions.findIndex((version) => version.versionId === versionMarker);
  return at < 0 ? [] : versions.slice(at + 1);
};
