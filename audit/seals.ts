// The seals, oldest first, from their bucket or from a copy of it in a folder.
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type SealsBucket, sealPlaces, sealTextAt } from "../functions/aws/seals.ts";

/** A seal as it lies there; `isAlone` unless something was put over it. */
export type StoredSeal = { readonly number: number; readonly text: string; readonly isAlone: boolean };

export async function* sealsOfBucket(bucket: SealsBucket): AsyncGenerator<StoredSeal> {
  for (const place of await sealPlaces(bucket)) yield { ...place, text: await sealTextAt(bucket, place) };
}

/** Every file that is called as seals are, at whatever depth. */
export async function* sealsOfFolder(folder: string): AsyncGenerator<StoredSeal> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => /^\d{8}\.json$/.test(basename(name)));
  const byNumber = files.map((file) => ({ file, number: Number(basename(file).slice(0, 8)) }));
  for (const { file, number } of byNumber.toSorted((one, other) => one.number - other.number))
    yield { number, text: await readFile(join(folder, file), "utf8"), isAlone: true };
}
