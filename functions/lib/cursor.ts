// Cursors of lists: opaque to callers, and validated when they come back.
import type * as z from "zod";
import { Refusal } from "../../domain/shared/refusal.ts";

export const foreignCursor = (): Refusal => new Refusal("invalid_input", "`after` must be the `next` of an earlier page of this list.");

/** DynamoDB stores no unpaired surrogate and refuses a request that contains one. */
const assertWellFormed = (_: string, value: unknown): unknown => {
  if (typeof value === "string" && !value.isWellFormed()) throw foreignCursor();
  return value;
};

/** Cursors that hold a `Place`. Reading refuses with `invalid_input` whatever is none of ours. */
export const cursorOf = <Place extends z.ZodType>(schema: Place) => ({
  write: (place: z.infer<Place>): string => Buffer.from(JSON.stringify(place)).toString("base64url"),
  read(cursor: string): z.infer<Place> {
    try {
      return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"), assertWellFormed));
    } catch {
      throw foreignCursor();
    }
  },
});
