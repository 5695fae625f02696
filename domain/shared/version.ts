// The number of a record's edition: shown as its ETag, and the condition of every edit of what was read.
import * as z from "zod";
import { Refusal } from "./refusal.ts";

export const Version = z.int().min(1);

export const FIRST_VERSION = 1;

/** Refuses with `version_mismatch` when the caller edits (by `If-Match`) another edition than the one at hand. */
export const assertVersion = (record: { readonly version: number }, expected: number | undefined): void => {
  if (expected !== undefined && expected !== record.version)
    throw new Refusal(
      "version_mismatch",
      `If-Match names version ${expected}; the record is at version ${record.version}. Read it again and repeat the edit.`,
    );
};
