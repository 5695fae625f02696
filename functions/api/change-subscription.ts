// PUT /v1/subscription: begins the monthly subscription, or ends it. Told again, nothing changes.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/account.ts";
import type { LocationId } from "../../domain/ids.ts";
import { latestLinks } from "../../domain/links.ts";
import { reservedNotice } from "../../domain/notice.ts";
import type { Location } from "../../domain/organization.ts";
import { BUILT_IN_NAME, isPrimaryInUse, isReusable, Plan, released, reserved, type Subscription } from "../../domain/subscription.ts";
import { FIRST_VERSION } from "../../domain/version.ts";
import { announce, custodyOf, eventOf, noticeOf } from "../announce.ts";
import { callerNow } from "../caller.ts";
import { existing, type Handle, judgedAgain, ok } from "../handle.ts";
import { liveTokens } from "../live-tokens.ts";
import { newLocation } from "../new-location.ts";
import type { Ports, Trace } from "../ports.ts";
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

/** The built-in service's location as it is reserved: the primary one, the one that it had before, or a new one. */
const toReserve = async (isInUse: boolean, primary: Location, { before, at }: Making, { locations, random }: Pick<Ports, Needs>) => {
  if (!isInUse) return reserved(primary, at);
  const earlier = before.locationId === undefined ? undefined : await locations.get(before.locationId);
  return isReusable(earlier) ? reserved(earlier, at) : { ...newLocation(BUILT_IN_NAME, { primary: false, at, random }), reservedAt: at };
};

const begin = async (making: Making, said: boolean | undefined, ports: Pick<Ports, Needs>): Promise<Subscription | undefined> => {
  const { before, by, at } = making;
  const { locations, links, servers, subscriptions, random } = ports;
  const primary = await locations.primary();
  const isInUse = isPrimaryInUse({ primary, said });
  const location = await toReserve(isInUse, primary, making, ports);
  const linked = await links.of(primary.id);
  const held = latestLinks(linked);
  const holding = [...new Set(held.map(({ mdmServerId }) => mdmServerId))];
  const people = [
    ...new Set((await liveTokens(primary.id, ports)).flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId))),
  ];
  const toBeRemovedFrom = isInUse ? [] : holding;
  const detail = { locationId: location.id, isPrimary: !isInUse, toBeRemovedFrom, warned: [...holding, ...people] };
  const where = { location: primary, servers: [...(await servers.getAll(holding)).values()] };
  const details = {
    plan: "monthly",
    builtInLocation: location.id,
    toBeRemovedFrom: toBeRemovedFrom.join(", "),
    warned: detail.warned.join(", "),
  };
  const traces: Trace[] = [
    ...(location.version === FIRST_VERSION
      ? [
          custodyOf("location-created", {
            subject: location.id,
            at,
            by: "service",
            locationId: location.id,
            details: { name: location.name, uId: location.uId },
          }),
        ]
      : []),
    custodyOf("subscription-began", { subject: location.id, at, by: by.id, locationId: location.id, details }),
    eventOf("LocationReserved", detail, { at, random }),
    noticeOf(reservedNotice(where, !isInUse), { at, random }),
  ];
  const after: Subscription = { plan: "monthly", locationId: location.id, sinceAt: at, version: before.version + 1 };
  const judged = { accounts: [by], locations: isInUse ? [primary] : [], links: [linked] };
  if (!(await subscriptions.replace(after, location, traces, judged))) return undefined;
  await announce(traces, ports);
  return after;
};

const end = async ({ before, by, at }: Making, locationId: LocationId, ports: Pick<Ports, Needs>): Promise<Subscription | undefined> => {
  const { locations, subscriptions, random } = ports;
  const location = existing(await locations.get(locationId), "location");
  const traces: Trace[] = [
    eventOf("LocationReleased", { locationId, isPrimary: location.primary }, { at, random }),
    custodyOf("subscription-ended", { subject: locationId, at, by: by.id, locationId, details: { plan: "none" } }),
  ];
  // The location that was made for it is remembered, in case it begins again.
  const kept = location.primary ? {} : { locationId };
  const after: Subscription = { plan: "none", ...kept, sinceAt: at, version: before.version + 1 };
  if (!(await subscriptions.replace(after, released(location), traces, { accounts: [by] }))) return undefined;
  await announce(traces, ports);
  return after;
};

export const changeSubscription: Handle<typeof ChangeSubscriptionInput, Needs, z.input<typeof ChangeSubscriptionReply>> = async (
  { caller, input: { plan, primaryInUse } },
  ports,
) => {
  const changed = await judgedAgain(async () => {
    const by = await callerNow(caller, ports);
    assertMay(by, "subscription:manage");
    const before = await ports.subscriptions.get();
    if (before.plan === plan) return before;
    const making = { before, by, at: ports.now() };
    if (plan === "monthly") return begin(making, primaryInUse, ports);
    return end(making, existing(before.locationId, "location of the built-in service"), ports);
  });
  return ok(await shownSubscription(changed, ports));
};
