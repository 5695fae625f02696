// GET /v1/content-tokens: newest first, of all locations in the caller's reach or of one, optionally of one state.
import * as z from "zod";
import { assertMay, scopeOf } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { cursorOf, foreignCursor } from "../cursor.ts";
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

const Place = z.object({ list: z.union([z.literal("all"), LocationId]), after: z.string().min(1).optional() });
type Place = z.infer<typeof Place>;
const cursor = cursorOf(Place);

/** Where to go on. Grants may have changed since: a location that was lost is passed over, and the lists keep their order. */
const placeIn = (lists: readonly Place["list"][], { list, after }: Place): Place | undefined => {
  if ((list === "all") !== lists.includes("all")) throw foreignCursor();
  const next = lists.find((each) => each >= list);
  return next === undefined ? undefined : { list: next, ...(next === list && after !== undefined ? { after } : {}) };
};

export const listContentTokens: Handle<typeof ListTokensInput, "tokens" | "accounts" | "now"> = async ({ caller, input }, ports) => {
  if (input.locationId !== undefined) assertMay(caller, "content-token:read", input.locationId);
  const scope = scopeOf(caller, "content-token:read");
  if (scope.length === 0) assertMay(caller, "content-token:read");
  // A content manager's list goes through their locations one after the other.
  const lists: readonly Place["list"][] =
    input.locationId !== undefined ? [input.locationId] : scope === "all" ? ["all"] : scope.toSorted();
  const asked = input.after === undefined ? { list: lists[0] ?? "all" } : cursor.read(input.after);
  if (input.locationId !== undefined && asked.list !== input.locationId) throw foreignCursor();
  let place = placeIn(lists, asked);
  const items: ReturnType<typeof shownToken>[] = [];
  for (let reads = 0; reads < READS && place !== undefined && items.length < input.limit; reads++) {
    const { list, after }: Place = place;
    const page = await ports.tokens.list(list, { limit: input.limit - items.length, after });
    const holders = await holdersOf(page.items, ports);
    const shown = page.items.map((token) => shownToken(token, holders, ports.now()));
    items.push(...shown.filter(({ state }) => input.state === undefined || state === input.state));
    const following = lists[lists.indexOf(list) + 1];
    if (page.next !== undefined) place = { list, after: page.next };
    else place = following === undefined ? undefined : { list: following };
  }
  return ok({ items, ...(place === undefined ? {} : { next: cursor.write(place) }) });
};
