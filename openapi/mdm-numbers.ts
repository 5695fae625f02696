// With which numbers a route of the device management API may refuse: those of its middleware, which all routes have, and its own.
import type { MdmErrorNumber } from "../domain/device-api/mdm-error.ts";
import type { MdmRoute, OpenMdmRoute, PageMdmRoute } from "../functions/middleware/mdm-route.ts";

export type AnyMdmRoute = Omit<MdmRoute<never>, "answer"> | Omit<OpenMdmRoute, "open"> | Omit<PageMdmRoute, "page">;

/** What this service does not know is no token, what it knows may have ended; and whoever is let in may ask too often, wrongly, or at a bad moment. */
const BEARER = [9622, 9621, 9625, 9646, 9602, 9643] as const;
/** Where the token is no field of the body. */
const HEADER = [9722] as const;
const BODY = [9727] as const;
const MANAGES = [9637, 9645] as const;
const ANY = [9603] as const;

/** Those that a route does not name as its own. */
export const SHARED_NUMBERS: ReadonlySet<MdmErrorNumber> = new Set([...BEARER, ...HEADER, ...BODY, ...MANAGES, ...ANY]);

/** Sorted. What no route meets is left out: 9634 (no such path) and 9726 (a method that the path does not have). */
export const numbersOf = (key: string, route: AnyMdmRoute): readonly MdmErrorNumber[] => {
  if (!("input" in route)) return ANY;
  const { token, manages, refuses = [] } = route;
  const numbers: readonly MdmErrorNumber[] = [
    ...ANY,
    ...BEARER,
    ...(token === "body" ? [] : HEADER),
    ...(key.startsWith("GET ") ? [] : BODY),
    ...(manages ? MANAGES : []),
    ...refuses,
  ];
  return [...new Set(numbers)].toSorted();
};
