// What people write: one line that can be stored, shown and printed as it is. A lone surrogate can't be stored at all, a control character would
// end the line of a mail or a log, and one that turns the direction of writing would disguise a name there.
import * as z from "zod";

const isPlain = (text: string): boolean => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text);

/** Up to `max` characters of whatever others wrote, as long as it can be stored. */
export const foreignText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed(), "expected text without unpaired surrogates");

/** 1 to `max` characters (code points, as zod counts them). */
export const plainText = (max: number) =>
  z.string().min(1).max(max).refine(isPlain, "expected text without control characters, direction marks or unpaired surrogates");

/** The same, without white space around it. */
export const nameText = (max: number) => z.string().trim().pipe(plainText(max));

/** Invisible characters, such as a zero-width space: with them two different identifiers would look alike. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

/** 1 to `max` visible characters: for identifiers that others chose. */
export const visibleText = (max: number) =>
  plainText(max).refine((text) => !IGNORABLE.test(text), "expected text without zero-width or other invisible characters");

/** Base64 of a file's bytes as people and shells send it: white space in it is dropped. */
export const fileBase64 = () =>
  z
    .string()
    .transform((text) => text.replace(/\s+/g, ""))
    .pipe(z.base64("must be the base64 of the file's bytes").min(1));
