// GET /v1/content-tokens: newest first, of all locations in the caller's reach or of one, optionally of one state.
import * as z from "zod";
import { assertMay, scopeOf } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type Handle, ok } from "../handle.ts";
import { holdersOf } from "../holders.ts";
import { PageInput } from "./inputs.ts";
import { shownToken } from "./shown.ts";

export const ListTokensInput = z.strictObject({
  locationId: LocationId.optional(),
  state: z.enum(["active", "expired", "invalidated"]).optional(),
  ...PageInput,
});

/** States are computed, so that a filter reads on past what it drops; after so many reads it answers with what it has and where to go on. */
const READS = 10;

const Place = z.object({ at: z.int().min(0), after: z.string().optional() });

const decode = (cursor: string): z.infer<typeof Place> => {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new Refusal("invalid_input", "`after` must be the `next` of an earlier page of this list.");
  }
};

const encode = (place: z.infer<typeof Place>): string => Buffer.from(JSON.stringify(place)).toString("base64url");

export const listContentTokens: Handle<typeof ListTokensInput, "tokens" | "accounts" | "now"> = async ({ caller, input }, ports) => {
  if (input.locationId !== undefined) assertMay(caller, "content-token:read", input.locationId);
  const scope = scopeOf(caller, "content-token:read");
  if (scope.length === 0) assertMay(caller, "content-token:read");
  // A content manager's list goes through their locations one after the other.
  const lists = input.locationId !== undefined ? [input.locationId] : scope === "all" ? (["all"] as const) : scope.toSorted();
  let place: z.infer<typeof Place> | undefined = input.after === undefined ? { at: 0 } : decode(input.after);
  const items: ReturnType<typeof shownToken>[] = [];
  for (let reads = 0; reads < READS && place !== undefined && items.length < input.limit; reads++) {
    const list: LocationId | "all" | undefined = lists[place.at];
    if (list === undefined) throw new Refusal("invalid_input", "`after` must be the `next` of an earlier page of this list.");
    const page = await ports.tokens.list(list, { limit: input.limit - items.length, after: place.after });
    const holders = await holdersOf(page.items, ports);
    const shown = page.items.map((token) => shownToken(token, holders, ports.now()));
    items.push(...shown.filter(({ state }) => input.state === undefined || state === input.state));
    if (page.next !== undefined) place = { at: place.at, after: page.next };
    else place = place.at + 1 < lists.length ? { at: place.at + 1 } : undefined;
  }
  return ok({ items, ...(place === undefined ? {} : { next: encode(place) }) });
};
