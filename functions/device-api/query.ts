// What comes in a query: always text. Whatever it can't be is refused by its schema, as 9602.
import * as z from "zod";

export const Flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["true", "false", "1", "0"]))
  .transform((text) => text === "true" || text === "1");

/** 32 bits. */
export const Int32 = z
  .string()
  .regex(/^-?\d{1,10}$/, "expected a whole number")
  .transform(Number)
  .pipe(z.int32());
