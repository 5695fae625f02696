// Seals in S3, under `seals/` and their number. The bucket keeps every version and lets none be removed: what counts of a key is its first version,
// whatever was put or marked as deleted over it, so that listings are of versions.
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { foundSeal, sealText } from "../../domain/custody/seal.ts";
import type { Seals } from "../ports/seals.ts";

export type SealsBucket = { readonly client: S3Client; readonly name: string };

const PREFIX = "seals/";
const KEY = /^seals\/(\d{8})\.json$/;

export const sealKey = (number: number): string => `${PREFIX}${String(number).padStart(8, "0")}.json`;

/** A seal's place: the first version under its key, and whether it is the only one. */
export type SealPlace = { readonly number: number; readonly versionId: string; readonly isAlone: boolean };

/** All seals, oldest first. Anything else in the bucket is none of ours. */
export const sealPlaces = async ({ client, name: Bucket }: SealsBucket): Promise<SealPlace[]> => {
  const versions = new Map<number, string[]>();
  let page: Partial<ListObjectVersionsCommandOutput> = {};
  do {
    const after = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: PREFIX, ...after }));
    for (const { Key = "", VersionId = "" } of page.Versions ?? []) {
      const number = Number(KEY.exec(Key)?.[1] ?? 0);
      if (number > 0) versions.set(number, [...(versions.get(number) ?? []), VersionId]);
    }
  } while (page.IsTruncated);
  // S3 lists the versions of a key newest first.
  const places = [...versions].map(([number, ids]) => ({ number, versionId: ids.at(-1) ?? "", isAlone: ids.length === 1 }));
  return places.toSorted((one, other) => one.number - other.number);
};

export const sealTextAt = async ({ client, name: Bucket }: SealsBucket, { number, versionId }: SealPlace): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: sealKey(number), VersionId: versionId }));
  return (await Body?.transformToString()) ?? "";
};

/** The key is taken, or another run writes it at this moment. Source: S3 user guide, "How to prevent object overwrites with conditional writes". */
const TAKEN = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

export const sealsIn = (bucket: SealsBucket): Seals => ({
  async last() {
    const place = (await sealPlaces(bucket)).at(-1);
    if (place === undefined) return undefined;
    const { seal } = foundSeal(place.number, await sealTextAt(bucket, place));
    if (seal?.number !== place.number) throw new Error(`seal ${place.number} is no seal as this service writes it`);
    return seal;
  },
  async add(seal) {
    const object = { Bucket: bucket.name, Key: sealKey(seal.number), Body: sealText(seal), ContentType: "application/json" };
    try {
      await bucket.client.send(new PutObjectCommand({ ...object, IfNoneMatch: "*" }));
      return true;
    } catch (error) {
      if (error instanceof Error && TAKEN.has(error.name)) return false;
      throw error;
    }
  },
});
