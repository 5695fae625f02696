// For which reasons a route may refuse: those that all routes of its kind share, and its own.
import type { Reason } from "../domain/shared/refusal.ts";
import type { Route } from "../functions/middleware/route.ts";

export type AnyRoute = Omit<Route<never>, "answer">;

const BEARER: Readonly<Record<AnyRoute["who"], readonly Reason[]>> = {
  administrator: ["unauthenticated", "sign_in_outdated", "unknown_account", "account_disabled", "not_permitted"],
  "content-manager": ["unauthenticated", "sign_in_outdated", "unknown_account", "account_disabled", "not_permitted"],
  "mdm-server": ["unauthenticated"],
  anyone: [],
};

/** Sorted. What changes something may find too many at once; what names something in its path may find nothing. */
export const reasonsOf = (key: string, { who, refuses }: AnyRoute): readonly Reason[] => {
  const asked: readonly Reason[] = who === "anyone" ? [] : ["invalid_input"];
  const written: readonly Reason[] = key.startsWith("GET ") ? [] : ["malformed_json", "body_too_large", "busy"];
  const named: readonly Reason[] = key.includes("{") ? ["not_found"] : [];
  return [...new Set<Reason>([...BEARER[who], ...asked, ...written, ...named, ...refuses, "internal_error"])].toSorted();
};
