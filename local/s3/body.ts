// Reads an upload's bytes: bounded, decoded from aws-chunked, checked against every hash that came with it.
// x-amz-content-sha256 covers the bytes on the wire, while the x-amz-checksum headers cover the decoded object.
import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./errors.ts";

export const MAX_BODY_BYTES = 1024 * 1024;
/** Chunk sizes and the trailer come on top of the object. */
export const MAX_WIRE_BYTES = MAX_BODY_BYTES + 64 * 1024;
const STREAMING = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

const CHECKSUMS: Readonly<Record<string, (data: Buffer) => Buffer>> = {
  "x-amz-checksum-crc32": (data) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(data));
    return sum;
  },
  "x-amz-checksum-sha1": (data) => createHash("sha1").update(data).digest(),
  "x-amz-checksum-sha256": (data) => createHash("sha256").update(data).digest(),
  "content-md5": (data) => createHash("md5").update(data).digest(),
};

export const readBody = (wire: Buffer, settings: ReadonlyMap<string, string>, payloadHash: string): Buffer => {
  const chunked = payloadHash === STREAMING;
  if (!chunked && payloadHash !== "UNSIGNED-PAYLOAD" && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw payloadHash.startsWith("STREAMING-")
      ? new S3Error(501, "NotImplemented", "Signed chunks are not supported")
      : new S3Error(400, "InvalidArgument", "x-amz-content-sha256 must be a hash or a supported keyword");
  }
  const decodedLength = settings.get("x-amz-decoded-content-length");
  if ((!chunked && wire.length > MAX_BODY_BYTES) || (chunked && Number(decodedLength) > MAX_BODY_BYTES)) throw tooLarge();

  if (!chunked) {
    if (payloadHash !== "UNSIGNED-PAYLOAD" && !equal(createHash("sha256").update(wire).digest(), Buffer.from(payloadHash, "hex"))) {
      throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided x-amz-content-sha256 does not match what was computed.");
    }
    verifyChecksums(wire, settings);
    return wire;
  }

  const { data, trailers } = decodeChunks(wire);
  if (data.length > MAX_BODY_BYTES) throw tooLarge();
  if (decodedLength === undefined) throw new S3Error(411, "MissingContentLength", "x-amz-decoded-content-length is required");
  if (String(data.length) !== decodedLength) throw incomplete();
  // A body cut before its trailer would otherwise pass unchecked.
  for (const name of (settings.get("x-amz-trailer") ?? "").split(",")) {
    const announced = name.trim().toLowerCase();
    if (announced !== "" && !trailers.has(announced)) throw new S3Error(400, "MalformedTrailerError", "An announced trailer is missing");
  }
  verifyChecksums(data, settings);
  verifyChecksums(data, trailers);
  return data;
};

const decodeChunks = (wire: Buffer): { readonly data: Buffer; readonly trailers: ReadonlyMap<string, string> } => {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = wire.indexOf("\r\n", at);
    const line = lineEnd < 0 ? "" : wire.toString("latin1", at, lineEnd);
    // The pattern also refuses chunk extensions: unsigned chunks have none.
    if (!/^[0-9a-fA-F]{1,8}$/.test(line)) throw incomplete();
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    if (size === 0) return { data: Buffer.concat(parts), trailers: readTrailers(wire.toString("latin1", start)) };
    const end = start + size;
    if (wire.toString("latin1", end, end + 2) !== "\r\n") throw incomplete();
    parts.push(wire.subarray(start, end));
    at = end + 2;
  }
};

const readTrailers = (text: string): ReadonlyMap<string, string> => {
  const trailers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
};

const verifyChecksums = (data: Buffer, claims: ReadonlyMap<string, string>): void => {
  for (const [name, claimed] of claims) {
    const known = CHECKSUMS[name];
    if (known !== undefined && !equal(known(data), Buffer.from(claimed, "base64"))) {
      throw new S3Error(400, "BadDigest", "The checksum you specified did not match what we received.");
    }
    // Accepting a checksum without computing it would tell the caller that it was right.
    if (known === undefined && /^x-amz-checksum-(crc|sha|md5|xx)/.test(name)) {
      throw new S3Error(501, "NotImplemented", "This checksum algorithm is not supported");
    }
  }
};

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

export const tooLarge = (): S3Error => new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");

const incomplete = (): S3Error => new S3Error(400, "IncompleteBody", "The request body is not complete or not well formed");
