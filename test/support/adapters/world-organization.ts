// Ports without a world, continued: the organization, its locations, its subscription, and what was asked with a key, in memory.
import type { Account } from "../../../domain/accounts/account.ts";
import type { Location, Organization } from "../../../domain/organization/organization.ts";
import { NO_SUBSCRIPTION, type Subscription } from "../../../domain/organization/subscription.ts";
import type { AccountId, LocationId } from "../../../domain/shared/ids.ts";
import { addDays } from "../../../domain/shared/time.ts";
import { FIRST_VERSION } from "../../../domain/shared/version.ts";
import type { ReminderLadder } from "../../../domain/tokens/reminder.ts";
import type { Locations } from "../../../functions/ports/locations.ts";
import type { Organizations } from "../../../functions/ports/organization.ts";
import type { Requests } from "../../../functions/ports/requests.ts";
import type { Idempotency } from "../../../functions/ports/shared.ts";
import type { Subscriptions } from "../../../functions/ports/subscriptions.ts";
import { amongst, born, pageOf } from "./lists.ts";
import type { Shared } from "./world-custody.ts";

/** What there is once. */
export type Founded = { organization?: Organization; scanned?: ReminderLadder | undefined; scannedAt?: Date };

export type SharedPlaces = Shared & {
  readonly founded: Founded;
  readonly places: Map<LocationId, Location>;
  readonly records: Map<AccountId, Account>;
  readonly arrivals: Map<LocationId, number>;
  readonly isOpen: (id: LocationId) => boolean;
  readonly arrive: (id: LocationId) => void;
  readonly requests: ReturnType<typeof requestsInMemory>;
};

/** `use`: false when the key was used before. */
export const requestsInMemory = (): Requests & {
  readonly use: (idempotency: Idempotency | undefined, made: string, at: Date) => boolean;
} => {
  const used = new Map<string, { made: string; requestSha256: string; until: number }>();
  const nameOf = ({ accountId, key }: Pick<Idempotency, "accountId" | "key">): string => `${accountId} ${key}`;
  return {
    async earlier(use, now) {
      const found = used.get(nameOf(use));
      return found === undefined || found.until <= now.getTime() ? undefined : { made: found.made, requestSha256: found.requestSha256 };
    },
    use(idempotency, made, at) {
      if (idempotency === undefined) return true;
      if ((used.get(nameOf(idempotency))?.until ?? 0) > at.getTime()) return false;
      const until = addDays(at, 1).getTime();
      used.set(nameOf(idempotency), { made, requestSha256: idempotency.requestSha256, until });
      return true;
    },
  };
};

export const organizationsInMemory = ({ founded, places, records, record, areMet }: SharedPlaces): Organizations => ({
  async get() {
    if (founded.organization === undefined) throw new Error("the organization was not founded");
    return founded.organization;
  },
  async isFounded() {
    return founded.organization !== undefined;
  },
  async found(organization, primary, administrator, effects) {
    if (founded.organization !== undefined) return false;
    founded.organization = organization;
    founded.scanned = organization.reminderLadder;
    places.set(primary.id, primary);
    records.set(administrator.id, administrator);
    return record(effects);
  },
  async replace(organization, primary, effects) {
    if (founded.organization?.version !== organization.version - 1 || places.get(primary.id)?.version !== primary.version - 1) return false;
    founded.organization = organization;
    founded.scanned = undefined;
    places.set(primary.id, primary);
    return record(effects);
  },
  async scannedLadder() {
    return founded.scanned;
  },
  async keepScannedLadder(organization) {
    if (!areMet({ organization })) return false;
    founded.scanned = organization.reminderLadder;
    return true;
  },
  async scannedAt() {
    return founded.scannedAt;
  },
  async keepScannedAt(at) {
    founded.scannedAt = at;
  },
});

export const locationsInMemory = ({ places, arrivals, linked, conflicts, record, areMet }: SharedPlaces): Locations => ({
  async get(id) {
    return places.get(id);
  },
  async primary() {
    const primary = [...places.values()].find(({ primary }) => primary);
    if (primary === undefined) throw new Error("there is no primary location");
    return primary;
  },
  async getAll(ids) {
    return amongst(places, ids);
  },
  async list(page) {
    return pageOf(
      [...places.values()].filter(({ closedAt }) => closedAt === undefined),
      (one) => born(one.createdAt, one),
      page,
    );
  },
  async add(location, effects) {
    if ([...places.values()].some(({ uId }) => uId === location.uId)) return false;
    places.set(location.id, location);
    return record(effects);
  },
  async replace(location, effects) {
    if (places.get(location.id)?.version !== location.version - 1) return false;
    places.set(location.id, location);
    return record(effects);
  },
  async arrivals(id) {
    return arrivals.get(id) ?? 0;
  },
  async close(closed, closing, effects, preconditions) {
    if (places.get(closed.id)?.version !== closed.version - 1 || !areMet(preconditions)) return false;
    if ((arrivals.get(closed.id) ?? 0) !== closing.arrivals) return false;
    if (closing.links !== undefined && (linked.get(closed.id)?.version ?? 0) !== closing.links.version - 1) return false;
    places.set(closed.id, closed);
    if (closing.links !== undefined) linked.set(closed.id, closing.links);
    if (closing.conflict !== undefined) conflicts.set(closing.conflict.id, closing.conflict);
    return record(effects);
  },
});

export const subscriptionsInMemory = ({ places, record, areMet }: SharedPlaces): Subscriptions => {
  let current: Subscription = NO_SUBSCRIPTION;
  return {
    async get() {
      return current;
    },
    async replace(after, location, effects, preconditions) {
      if (current.version !== after.version - 1 || !areMet(preconditions)) return false;
      const before = location.version === FIRST_VERSION ? undefined : location.version - 1;
      if (places.get(location.id)?.version !== before) return false;
      if (before === undefined && [...places.values()].some(({ uId }) => uId === location.uId)) return false;
      current = after;
      places.set(location.id, location);
      return record(effects);
    },
  };
};
