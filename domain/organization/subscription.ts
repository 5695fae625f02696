// The monthly subscription: while it runs, one location is the built-in service's own. Which one follows from whether the primary location is in use.
// Source: Apple, "Reserved location": without assignments made with the primary location's token it becomes reserved and its token does not appear; with
// some, a new location is created for the built-in service and the primary one keeps its token.
import * as z from "zod";
import { LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import type { Location } from "./organization.ts";

export const Plan = z.enum(["none", "monthly"]);
export type Plan = z.infer<typeof Plan>;

const Edition = {
  /** When the plan that there is now began; unknown while there was never any other. */
  sinceAt: z.date().optional(),
  /** 0 while there was never any plan. */
  version: z.int().min(0),
};

export const Subscription = z.discriminatedUnion("plan", [
  /** `earlierLocationId`: the location that was made for the built-in service, in case it begins again. */
  z.object({ plan: z.literal("none"), earlierLocationId: LocationId.optional(), ...Edition }),
  /** `locationId`: the built-in service's own. `wasTold`: somebody was told to remove its token, and is to be told when that no longer counts. */
  z.object({
    plan: z.literal("monthly"),
    locationId: LocationId,
    wasTold: z.boolean(),
    earlierLocationId: LocationId.optional(),
    ...Edition,
  }),
]);
export type Subscription = z.infer<typeof Subscription>;

export const NO_SUBSCRIPTION: Subscription = { plan: "none", version: 0 };

/** The subscription from now on, with `location` as the built-in service's own. A location that was made for it is remembered. */
export const begun = (before: Subscription, location: Location, { at, wasTold }: { at: Date; wasTold: boolean }): Subscription => ({
  ...before,
  plan: "monthly",
  locationId: location.id,
  wasTold,
  ...(location.primary ? {} : { earlierLocationId: location.id }),
  sinceAt: at,
  version: before.version + 1,
});

export const ended = ({ earlierLocationId, version }: Subscription, at: Date): Subscription => ({
  plan: "none",
  ...(earlierLocationId === undefined ? {} : { earlierLocationId }),
  sinceAt: at,
  version: version + 1,
});

/** Evidence of the use of the primary location. */
export type PrimaryUse = {
  /** The times at which its token first assigned something here, and at which a token of Apple was imported: its assignments at Apple are unknown here. */
  readonly primary: Pick<Location, "assignedThroughTokenAt" | "importedAt">;
  /** The statement of the person who begins the subscription. */
  readonly said: boolean | undefined;
};

/** True if its tokens assigned something, or may have. */
const isInUse = ({ assignedThroughTokenAt, importedAt }: PrimaryUse["primary"]): boolean =>
  assignedThroughTokenAt !== undefined || importedAt !== undefined;

/** True if the primary location is in use. Refuses with `primary_in_use_required` when only a person can know. */
export const isPrimaryInUse = ({ primary, said }: PrimaryUse): boolean => {
  if (primary.assignedThroughTokenAt !== undefined) return true;
  if (said === undefined && primary.importedAt !== undefined)
    throw new Refusal(
      "primary_in_use_required",
      "A token issued by Apple was imported for the primary location, and this service can't see what was assigned with it. Set primaryInUse to true if anything was: the built-in service then gets a location of its own.",
    );
  return said ?? false;
};

export const isReserved = ({ reservedAt }: Pick<Location, "reservedAt">): boolean => reservedAt !== undefined;

/** Refuses with `location_reserved`. */
export const assertNotReserved = (location: Pick<Location, "reservedAt">): void => {
  if (isReserved(location))
    throw new Refusal(
      "location_reserved",
      "This location is the built-in service's own while the monthly subscription runs: its token is not shown, given out or replaced. Use another location, and transfer licenses to it.",
    );
};

/** The name of a location that is created for the built-in service. Source: Apple, "Reserved location", by its own service's name. */
export const BUILT_IN_NAME = "Built-in device management";

/** True if the location of an earlier subscription can be reserved again: nobody else uses it. */
export const isReusable = (
  earlier: Location,
  { liveTokens, holdings }: { readonly liveTokens: number; readonly holdings: number },
): boolean => earlier.closedAt === undefined && !isInUse(earlier) && liveTokens === 0 && holdings === 0;

export const reserved = (location: Location, at: Date): Location => ({ ...location, reservedAt: at, version: location.version + 1 });

export const released = ({ reservedAt: _, ...location }: Location): Location => ({ ...location, version: location.version + 1 });
