// PUT /v1/subscription: begins the monthly subscription, or ends it. Told again, nothing changes.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { claimants, type LocationLinks, openHoldings } from "../../domain/mdm-servers/links.ts";
import type { Location } from "../../domain/organization/organization.ts";
import {
  BUILT_IN_NAME,
  begun,
  ended,
  isPrimaryInUse,
  isReusable,
  Plan,
  released,
  reserved,
  type Subscription,
} from "../../domain/organization/subscription.ts";
import { releasedNotice, reservedNotice } from "../../domain/shared/notice.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import { createAuditRecord, createEvent, createNotice, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect, Preconditions } from "../ports/shared.ts";
import { liveTokens } from "../tokens/live.ts";
import { newLocation } from "./new-location.ts";
import { ShownSubscription, shownSubscription } from "./shown-subscription.ts";

export const ChangeSubscriptionInput = z.strictObject({
  plan: Plan,
  primaryInUse: z
    .boolean()
    .optional()
    .describe(
      "Whether anything was assigned with a token of the primary location. Has to be said when one of Apple's was imported for it. If so, the built-in service gets a new location, and the primary one keeps its token.",
    ),
});
export const ChangeSubscriptionReply = ShownSubscription;

type Needs = "accounts" | "locations" | "subscriptions" | "tokens" | "links" | "servers" | "bus" | "outbox" | "log" | "now" | "random";
type Making = { readonly before: Subscription; readonly by: Account; readonly at: Date };

/** The location that was made for an earlier subscription, with its links, when the built-in service can have it again. */
const reusable = async ({ before }: Making, ports: Pick<Ports, Needs>) => {
  const earlier = before.earlierLocationId === undefined ? undefined : await ports.locations.get(before.earlierLocationId);
  if (earlier === undefined) return undefined;
  const arrivals = [{ location: earlier.id, count: await ports.locations.arrivals(earlier.id) }];
  const links = await ports.links.of(earlier.id);
  const use = { liveTokens: (await liveTokens(earlier.id, ports)).length, holdings: openHoldings(links).length };
  return isReusable(earlier, use) ? { earlier, preconditions: { links: [links], arrivals } } : undefined;
};

/** The built-in service's location as it is reserved, and its preconditions: the primary one, the one that it had before, or a new one. */
const toReserve = async (
  isInUse: boolean,
  primary: Location,
  making: Making,
  ports: Pick<Ports, Needs>,
): Promise<{ readonly location: Location; readonly preconditions: Preconditions }> => {
  const { at } = making;
  if (!isInUse) return { location: reserved(primary, at), preconditions: {} };
  const again = await reusable(making, ports);
  if (again !== undefined)
    return { location: reserved(again.earlier, at), preconditions: { locations: [primary], ...again.preconditions } };
  const made = newLocation(BUILT_IN_NAME, { primary: false, at, random: ports.random });
  return { location: { ...made, reservedAt: at }, preconditions: { locations: [primary] } };
};

/** Tokens that are a condition of a write: as many as leave room for the rest of a transaction. */
const MOST_JUDGED = 50;

/** Holders of a token of a location: linked MDM servers, and people with the file of an active token. */
const holdersOf = async (linked: LocationLinks, ports: Pick<Ports, Needs>) => {
  const tokens = await liveTokens(linked.location, ports);
  const accountIds = new Set(tokens.flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId)));
  return { mdmServerIds: [...claimants(linked)], accountIds: [...accountIds], tokens: tokens.slice(0, MOST_JUDGED) };
};

const createdEffect = ({ id, name, uId }: Location, at: Date): Effect =>
  createAuditRecord("location-created", { subject: id, at, by: "service", locationId: id, details: { name, uId } });

const begin = async (making: Making, said: boolean | undefined, ports: Pick<Ports, Needs>): Promise<Subscription | undefined> => {
  const { before, by, at } = making;
  const { locations, links, servers, subscriptions, random } = ports;
  const primary = await locations.primary();
  const isInUse = isPrimaryInUse({ primary, said });
  const { location, preconditions } = await toReserve(isInUse, primary, making, ports);
  // Read before who has its tokens: one who comes by one afterwards is noticed.
  const arrived = { location: primary.id, count: await locations.arrivals(primary.id) };
  const linked = await links.of(primary.id);
  const { mdmServerIds, accountIds, tokens } = await holdersOf(linked, ports);
  const toBeRemovedFrom = isInUse ? [] : mdmServerIds;
  const warned = [...mdmServerIds, ...accountIds];
  const where = { location: primary, servers: [...(await servers.getAll(mdmServerIds)).values()] };
  const details = { plan: "monthly", isPrimary: String(!isInUse), toBeRemovedFrom: toBeRemovedFrom.join(", "), warned: warned.join(", ") };
  const effects: Effect[] = [
    ...(location.version === FIRST_VERSION ? [createdEffect(location, at)] : []),
    createAuditRecord("subscription-began", { subject: location.id, at, by: by.id, locationId: location.id, details }),
    createEvent("LocationReserved", { locationId: location.id, isPrimary: !isInUse, toBeRemovedFrom, warned }, { at, random }),
    // No notice if nobody has a token.
    ...(warned.length === 0 ? [] : [createNotice(reservedNotice(where, !isInUse), { at, random })]),
  ];
  const after = begun(before, location, { at, wasTold: !isInUse && warned.length > 0 });
  const both = { links: [...(preconditions.links ?? []), linked], arrivals: [...(preconditions.arrivals ?? []), arrived] };
  if (!(await subscriptions.replace(after, location, effects, { ...preconditions, ...both, accounts: [by], tokens }))) return undefined;
  await publishEffects(effects, ports);
  return after;
};

type Ending = Making & { readonly before: Extract<Subscription, { plan: "monthly" }> };

const end = async ({ before, by, at }: Ending, ports: Pick<Ports, Needs>): Promise<Subscription | undefined> => {
  const { locationId, wasTold } = before;
  const { locations, links, servers, subscriptions, random } = ports;
  const location = await locations.get(locationId);
  if (location === undefined) throw new Error(`${locationId}, which is the built-in service's, is not recorded`);
  const linked = await links.of(locationId);
  const { mdmServerIds } = await holdersOf(linked, ports);
  const where = { location, servers: [...(await servers.getAll(mdmServerIds)).values()] };
  const effects: Effect[] = [
    createEvent("LocationReleased", { locationId, isPrimary: location.primary }, { at, random }),
    createAuditRecord("subscription-ended", { subject: locationId, at, by: by.id, locationId, details: { plan: "none" } }),
    // Tells people who were asked to remove a token that they need not do it any more.
    ...(wasTold ? [createNotice(releasedNotice(where), { at, random })] : []),
  ];
  const after = ended(before, at);
  if (!(await subscriptions.replace(after, released(location), effects, { accounts: [by], links: [linked] }))) return undefined;
  await publishEffects(effects, ports);
  return after;
};

export const changeSubscription: Handle<typeof ChangeSubscriptionInput, Needs, z.input<typeof ChangeSubscriptionReply>> = async (
  { caller, input: { plan, primaryInUse } },
  ports,
) => {
  const changed = await retryOnConflict(async () => {
    const by = await loadCurrentCaller(caller, ports);
    assertMay(by, "subscription:manage");
    const before = await ports.subscriptions.get();
    if (before.plan === plan) return before;
    const making = { by, at: ports.now() };
    return before.plan === "monthly" ? end({ ...making, before }, ports) : begin({ ...making, before }, primaryInUse, ports);
  });
  return ok(await shownSubscription(changed, caller, ports));
};
