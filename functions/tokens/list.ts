// GET /v1/content-tokens: newest first, of all locations in the caller's reach or of one, optionally of one state.
import * as z from "zod";
import { type Account, assertMay, scopeFor } from "../../domain/accounts/account.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { cursorOf, foreignCursor } from "../lib/cursor.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { ShownToken, shownToken } from "./shown.ts";
import { loadTokenViewContext } from "./token-context.ts";

export const ListContentTokensInput = z.strictObject({
  locationId: LocationId.optional(),
  state: z.enum(["active", "expired", "invalidated", "withdrawn"]).optional(),
  ...PageInput,
});
export const ListContentTokensReply = pageOf(ShownToken);

type Asked = z.infer<typeof ListContentTokensInput>;

/** States are computed, so that a filter reads on past what it drops; after so many reads it answers with what it has and where to go on. */
const READS = 10;

const Place = z.object({ list: z.union([z.literal("all"), LocationId]), after: z.string().min(1).optional() });
type Place = z.infer<typeof Place>;
const cursor = cursorOf(Place);

/** The lists to go through, one after the other: a content manager's is that of each of their locations. */
const listsFor = (caller: Account, { locationId }: Asked): readonly Place["list"][] => {
  if (locationId !== undefined) {
    assertMay(caller, "content-token:read", locationId);
    return [locationId];
  }
  const scope = scopeFor(caller, "content-token:read");
  return scope === "all" ? ["all"] : scope;
};

/** The cursor. Grants may have changed since: a location that the caller may no longer see is skipped, and the order stays. */
const beginIn = (lists: readonly Place["list"][], { after, locationId }: Asked): Place | undefined => {
  const [first] = lists;
  if (after === undefined) return first === undefined ? undefined : { list: first };
  const place = cursor.read(after);
  if ((place.list === "all") !== lists.includes("all") || (locationId !== undefined && place.list !== locationId)) throw foreignCursor();
  const list = lists.find((each) => each >= place.list);
  if (list === undefined) return undefined;
  return list === place.list ? place : { list };
};

const nextPlace = (lists: readonly Place["list"][], { list }: Place, next: string | undefined): Place | undefined => {
  if (next !== undefined) return { list, after: next };
  const following = lists[lists.indexOf(list) + 1];
  return following === undefined ? undefined : { list: following };
};

type Needs = "tokens" | "accounts" | "locations" | "links" | "now";

export const listContentTokens: Handle<typeof ListContentTokensInput, Needs, z.input<typeof ListContentTokensReply>> = async (
  { caller, input },
  ports,
) => {
  const lists = listsFor(caller, input);
  let place = beginIn(lists, input);
  const items: ShownToken[] = [];
  for (let reads = 0; reads < READS && place !== undefined && items.length < input.limit; reads++) {
    const page = await ports.tokens.list(place.list, { limit: input.limit - items.length, after: place.after });
    const context = await loadTokenViewContext(page.items, ports);
    const shown = page.items.map((token) => shownToken(token, context, caller));
    // Reserved tokens are not shown.
    items.push(...shown.filter(({ state }) => (input.state === undefined ? state !== "reserved" : state === input.state)));
    place = nextPlace(lists, place, page.next);
  }
  return ok({ items, ...(place === undefined ? {} : { next: cursor.write(place) }) });
};
