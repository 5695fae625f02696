// The imported tokens that checks with Apple are about, and how long Apple has not answered about one.

import { secondsSince } from "../shared/time.ts";
import type { ContentToken } from "./content-token.ts";

/** True if Apple issued the token and nothing recorded says that it ended. */
export const isCheckedWithApple = (
  { origin, invalidation, expiresAt }: Pick<ContentToken, "origin" | "invalidation" | "expiresAt">,
  now: Date,
): boolean => origin === "imported" && invalidation === undefined && now < expiresAt;

/** Seconds since Apple last answered about an imported token, or since its import if Apple never did. */
export const secondsWithoutAnswer = (
  { answeredAt, importedAt, issuedAt }: Pick<ContentToken, "answeredAt" | "importedAt" | "issuedAt">,
  now: Date,
): number => secondsSince(answeredAt ?? importedAt ?? issuedAt, now);
