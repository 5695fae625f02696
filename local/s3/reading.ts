// Conditional and partial reads: conditions of a GET or HEAD that are answered without the object, and byte ranges.
// Sources: Amazon S3 API reference, GetObject (conditional headers, Range); RFC 9110 sections 13 and 14.
import { S3Error } from "./errors.ts";
import type { Version } from "./store.ts";

type Headers = ReadonlyMap<string, string>;

/** S3 takes an entity tag with or without its quotes. */
const bareTag = (tag: string): string =>
  tag
    .trim()
    .replace(/^W\//, "")
    .replace(/^"(.*)"$/, "$1");

const matches = (condition: string, etag: string): boolean =>
  condition.trim() === "*" || condition.split(",").some((tag) => bareTag(tag) === bareTag(etag));

const preconditionFailed = (): S3Error =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

/**
 * True if the object is to be answered, false if the reader has it already (304). Refuses with 412. A condition on the entity tag overrules the one
 * on the time, and a time that can't be read is no condition.
 */
export const isWanted = (headers: Headers, { etag, lastModified }: Version): boolean => {
  // HTTP's times have whole seconds.
  const modified = Math.floor(Date.parse(lastModified) / 1000) * 1000;
  const ifMatch = headers.get("if-match");
  const unmodifiedSince = Date.parse(headers.get("if-unmodified-since") ?? "");
  if (ifMatch !== undefined ? !matches(ifMatch, etag) : modified > unmodifiedSince) throw preconditionFailed();
  const ifNoneMatch = headers.get("if-none-match");
  const modifiedSince = Date.parse(headers.get("if-modified-since") ?? "");
  return ifNoneMatch !== undefined ? !matches(ifNoneMatch, etag) : !(modified <= modifiedSince);
};

export type Range = { readonly first: number; readonly last: number };

/**
 * The requested range, or `undefined` for the whole object: also for several ranges, which S3 does not serve, and for a header that is no range. Refuses with
 * 416 a range outside of the object.
 */
export const rangeOf = (headers: Headers, { etag, size }: Version): Range | undefined => {
  const ifRange = headers.get("if-range");
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/i.exec((headers.get("range") ?? "").trim()) ?? [];
  if (from === "" && to === "") return undefined;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last)
    throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable", { "content-range": `bytes */${size}` });
  return { first, last };
};
