// Ports without a world: the same promises as the real ones, kept in memory. The contract tests hold both to them.
import type { Account } from "../../../domain/accounts/account.ts";
import { latestChange } from "../../../domain/accounts/account.ts";
import type { AccountFact } from "../../../domain/accounts/account-fact.ts";
import { type CustodyEntry, entryAfter, type SubjectId } from "../../../domain/custody/custody.ts";
import type { Conflict } from "../../../domain/mdm-servers/conflict.ts";
import type { LocationLinks } from "../../../domain/mdm-servers/links.ts";
import type { MdmServer } from "../../../domain/mdm-servers/mdm-server.ts";
import type { Location } from "../../../domain/organization/organization.ts";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import type { AccountId, ConflictId, ContentTokenId, LocationId, MdmServerId } from "../../../domain/shared/ids.ts";
import { latestInstant } from "../../../domain/shared/time.ts";
import { isAnswered } from "../../../domain/tokens/apple-check.ts";
import type { ContentToken, Holding } from "../../../domain/tokens/content-token.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import type { Accounts } from "../../../functions/ports/accounts.ts";
import type { Bearers } from "../../../functions/ports/bearers.ts";
import type { ClientUsers } from "../../../functions/ports/client-users.ts";
import type { ContentTokens } from "../../../functions/ports/content-tokens.ts";
import type { CustodyLog } from "../../../functions/ports/custody.ts";
import type { Erasures } from "../../../functions/ports/erasures.ts";
import type { Licenses } from "../../../functions/ports/licenses.ts";
import type { Links } from "../../../functions/ports/links.ts";
import type { Locations } from "../../../functions/ports/locations.ts";
import type { ClientConfigs, Rates, TokenUses } from "../../../functions/ports/mdm.ts";
import type { MdmServers } from "../../../functions/ports/mdm-servers.ts";
import type { Organizations } from "../../../functions/ports/organization.ts";
import type { Outbox } from "../../../functions/ports/outbox.ts";
import type { Parking } from "../../../functions/ports/parking.ts";
import type { PendingJobs } from "../../../functions/ports/pending-jobs.ts";
import type { Reminders } from "../../../functions/ports/reminders.ts";
import type { Requests } from "../../../functions/ports/requests.ts";
import type { Effect, Preconditions } from "../../../functions/ports/shared.ts";
import type { Subscriptions } from "../../../functions/ports/subscriptions.ts";
import type { Works } from "../../../functions/ports/works.ts";
import { amongst, born, pageOf } from "./lists.ts";
import { custodyInMemory, linksInMemory, serversInMemory } from "./world-custody.ts";
import { licensesInMemory } from "./world-licenses.ts";
import { bearersInMemory, clientConfigsInMemory, ratesInMemory, tokenUsesInMemory, worksInMemory } from "./world-mdm.ts";
import { type Founded, locationsInMemory, organizationsInMemory, requestsInMemory, subscriptionsInMemory } from "./world-organization.ts";
import { clientUsersInMemory, type UsersVersions } from "./world-users.ts";

export type World = {
  readonly organizations: Organizations;
  readonly locations: Locations;
  readonly accounts: Accounts;
  readonly tokens: ContentTokens;
  readonly reminders: Reminders;
  readonly servers: MdmServers;
  readonly links: Links;
  readonly subscriptions: Subscriptions;
  readonly licenses: Licenses;
  readonly requests: Requests;
  readonly bearers: Bearers;
  readonly works: Works;
  readonly pendingJobs: PendingJobs;
  readonly clientConfigs: ClientConfigs;
  readonly clientUsers: ClientUsers;
  readonly uses: TokenUses;
  readonly rates: Rates;
  readonly erasures: Erasures;
  readonly outbox: Outbox;
  readonly parking: Parking;
  readonly custody: CustodyLog;
};

export const makeWorld = (): World => {
  const records = new Map<AccountId, Account>();
  const places = new Map<LocationId, Location>();
  const held = new Map<ContentTokenId, ContentToken>();
  const secrets = new Map<string, ContentTokenId>();
  const requests = requestsInMemory();
  const reminders = new Map<ContentTokenId, Set<number>>();
  const plans = new Map<string, Date>();
  const untold = new Map<string, OutboxMessage>();
  const parked = new Map<string, AccountFact>();
  const founded: Founded = {};
  const arrivals = new Map<LocationId, number>();

  const conflicts = new Map<ConflictId, Conflict>();
  const chains = new Map<SubjectId, CustodyEntry[]>();
  const registered = new Map<MdmServerId, MdmServer>();

  const linked = new Map<LocationId, LocationLinks>();
  const isOpen = (id: LocationId): boolean => places.get(id)?.closedAt === undefined;
  const arrive = (id: LocationId): void => void arrivals.set(id, (arrivals.get(id) ?? 0) + 1);

  /** Whether all preconditions hold; `written` carries a condition of its own. */
  const areMet = (
    {
      organization,
      accounts: preconditions = [],
      servers: expectedServers = [],
      tokens: expectedTokens = [],
      locations: expectedLocations = [],
      links: checkLinks = [],
      arrivals: checkArrivals = [],
    }: Preconditions = {},
    written?: AccountId,
  ): boolean =>
    (organization === undefined || founded.organization?.version === organization.version) &&
    [...preconditions].every(({ id, version }) => id === written || records.get(id)?.version === version) &&
    expectedServers.every(({ id, version }) => registered.get(id)?.version === version && registered.get(id)?.removedAt === undefined) &&
    expectedTokens.every(({ id, downloadedBy }) => {
      const token = held.get(id);
      return token !== undefined && token.invalidation === undefined && token.downloadedBy.length === downloadedBy.length;
    }) &&
    expectedLocations.every(({ id, version }) => places.get(id)?.version === version && isOpen(id)) &&
    checkLinks.every(({ location, version }) => (linked.get(location)?.version ?? 0) === version) &&
    checkArrivals.every(({ location, count }) => (arrivals.get(location) ?? 0) === count);

  const record = (effects: readonly Effect[] = []) => {
    for (const one of effects)
      if (one.kind === "custody") {
        const chain = chains.get(one.subject) ?? [];
        chains.set(one.subject, [...chain, entryAfter(one, chain.at(-1), sha256)]);
      } else untold.set(one.id, one);
    return true;
  };
  /** What an act leaves that moves nothing: it is no second act. */
  const recordAgain = (effects: readonly Effect[] = []) => record(effects.filter(({ kind }) => kind !== "custody"));

  const accounts: Accounts = {
    async get(id) {
      return records.get(id);
    },
    async getAll(ids) {
      return amongst(records, ids);
    },
    async list(page) {
      const kept = [...records.values()].filter(({ removedAt }) => removedAt === undefined);
      return pageOf(kept, (one) => born(one.createdAt, one), page);
    },
    async register(account, effects, preconditions) {
      if (records.has(account.id) || !areMet(preconditions)) return false;
      records.set(account.id, account);
      return record(effects);
    },
    async replace(account, effects, preconditions) {
      if (records.get(account.id)?.version !== account.version - 1 || !areMet(preconditions, account.id)) return false;
      records.set(account.id, account);
      return record(effects);
    },
    async recordPasswordChange(id, occurredAt, effects) {
      const account = records.get(id);
      if (account === undefined) return false;
      const passwordChangedAt = latestChange(account.passwordChangedAt, occurredAt);
      if (passwordChangedAt === account.passwordChangedAt) return recordAgain(effects);
      records.set(id, { ...account, passwordChangedAt, version: account.version + 1 });
      return record(effects);
    },
    async recordDisabled(id, disabledAt, effects) {
      const account = records.get(id);
      if (account === undefined) return false;
      const isOld = account.enabledAt !== undefined && latestInstant(disabledAt) < account.enabledAt;
      if (account.disabledAt !== undefined || isOld) return recordAgain(effects);
      records.set(id, { ...account, disabledAt, version: account.version + 1 });
      return record(effects);
    },
  };

  const isDueAsRead = (token: ContentToken): boolean => {
    const now = held.get(token.id);
    return now !== undefined && now.invalidation === undefined && now.dueAt?.getTime() === token.dueAt?.getTime();
  };

  /** No longer due, and its file is nobody's. */
  const end = ({ dueAt: _, ...token }: ContentToken, at: Date) => {
    held.set(token.id, token);
    plans.set(token.file.key, at);
  };

  const tokens: ContentTokens = {
    async get(id) {
      return held.get(id);
    },
    async findBySecret(secretSha256) {
      return secrets.get(secretSha256);
    },
    async list(location, page) {
      const listed = [...held.values()].filter(({ locationId }) => location === "all" || locationId === location);
      return pageOf(listed, (one) => born(one.issuedAt, one), page);
    },
    async *ofLocation(location) {
      yield* [...held.values()].filter(({ locationId }) => locationId === location);
    },
    async getAll(ids) {
      return amongst(held, ids);
    },
    async add(token, effects, { idempotency, location, earlier, preconditions } = {}) {
      if (!areMet(preconditions) || !isOpen(token.locationId)) return false;
      if (location !== undefined && places.get(location.id)?.version !== location.version - 1) return false;
      if (held.has(token.id) || secrets.get(token.secretSha256) !== earlier?.id || !plans.has(token.file.key)) return false;
      if (!requests.use(idempotency, token.id, token.issuedAt)) return false;
      arrive(token.locationId);
      held.set(token.id, token);
      if (location !== undefined) places.set(location.id, location);
      secrets.set(token.secretSha256, token.id);
      plans.delete(token.file.key);
      return record(effects);
    },
    async handOver({ token: { id, downloadedBy }, to, holders, at }, effects, preconditions) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined || token.expiresAt <= at) return false;
      if (token.downloadedBy.length !== downloadedBy.length) return false;
      if (!areMet({ ...preconditions, accounts: [...holders.values(), to] })) return false;
      const isHolder = token.downloadedBy.some(({ accountId }) => accountId === to.id);
      const first: Holding[] = isHolder ? [] : [{ accountId: to.id, givenAt: at }];
      held.set(id, { ...token, downloadedBy: [...token.downloadedBy, ...first] });
      return record(effects);
    },
    async invalidate(id, invalidation, effects, preconditions) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined) return false;
      if (!areMet(preconditions)) throw new Error(`${id} could not be ended: what it rested on changed`);
      end({ ...token, invalidation }, invalidation.at);
      return record(effects);
    },
    async recordCheck({ id }, check, effects, { expiresAt, location } = {}) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined) return false;
      if (token.lastCheck !== undefined && token.lastCheck.at >= check.at) return false;
      if (location !== undefined && places.get(location.id)?.version !== location.version - 1) return false;
      const answered = isAnswered(check) ? { answeredAt: check.at } : {};
      const expired = expiresAt === undefined ? {} : { expiresAt, dueAt: expiresAt };
      held.set(id, { ...token, lastCheck: check, ...answered, ...expired });
      if (location !== undefined) places.set(location.id, location);
      return record(effects);
    },
    async recordDoubt({ id }, doubt, effects) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined) return false;
      const isNotice = doubt.noticedAt !== undefined && token.doubt?.noticedAt === undefined;
      const before = token.doubt?.at.getTime() ?? Number.NEGATIVE_INFINITY;
      if (doubt.at.getTime() < before || (doubt.at.getTime() === before && !isNotice)) return false;
      held.set(id, { ...token, doubt });
      return record(effects);
    },
    async *givenTo(accountId) {
      for (const token of held.values()) {
        if (plans.has(token.file.key) || token.invalidation !== undefined) continue;
        for (const holding of token.downloadedBy) if (holding.accountId === accountId) yield { tokenId: token.id, holding };
      }
    },
  };

  const reminderPort: Reminders = {
    async *due(until) {
      const time = ({ dueAt }: ContentToken): number => dueAt?.getTime() ?? Number.POSITIVE_INFINITY;
      yield* [...held.values()].filter((token) => time(token) <= until.getTime()).toSorted((one, other) => time(one) - time(other));
    },
    async sentSteps(id) {
      return new Set(reminders.get(id));
    },
    async remind(token, { step, nextDueAt, isOverlapDone }, effects) {
      const sent = reminders.get(token.id) ?? new Set();
      if (!isDueAsRead(token) || (step !== undefined && sent.has(step))) return false;
      const { supersedesAt, ...rest } = held.get(token.id) ?? token;
      held.set(token.id, { ...rest, ...(isOverlapDone || supersedesAt === undefined ? {} : { supersedesAt }), dueAt: nextDueAt });
      reminders.set(token.id, new Set(step === undefined ? sent : [...sent, step]));
      return record(effects);
    },
    async expire(token, effects) {
      if (!isDueAsRead(token)) return false;
      end(token, token.expiresAt);
      return record(effects);
    },
  };

  const erasures: Erasures = {
    async plan(fileKey, at) {
      plans.set(fileKey, at);
    },
    async *planned(before) {
      for (const [fileKey, at] of plans) if (at < before) yield fileKey;
    },
    async *plannedTimes() {
      yield* plans.values();
    },
    async done(fileKey) {
      plans.delete(fileKey);
    },
  };

  const outbox: Outbox = {
    async *pending(before) {
      const rows = [...untold.values()].filter(({ recordedAt }) => recordedAt < before);
      yield* rows.toSorted((one, other) => one.recordedAt.getTime() - other.recordedAt.getTime());
    },
    async done(messages) {
      for (const { id } of messages) untold.delete(id);
    },
  };

  const parking: Parking = {
    async park(fact) {
      parked.set(`${fact.accountId} ${fact.eventId}`, fact);
    },
    async of(accountId) {
      return [...parked.values()].filter((fact) => fact.accountId === accountId);
    },
    async *all() {
      yield* parked.values();
    },
    async done({ accountId, eventId }) {
      parked.delete(`${accountId} ${eventId}`);
    },
  };

  const shared = { held, registered, linked, conflicts, places, arrivals, records, founded, record, areMet, isOpen, arrive, requests };
  const { works, pendingJobs } = worksInMemory(shared);
  const users: UsersVersions = new Map();
  const clientConfigs = clientConfigsInMemory();
  return {
    organizations: organizationsInMemory(shared),
    locations: locationsInMemory(shared),
    subscriptions: subscriptionsInMemory(shared),
    licenses: licensesInMemory(shared, works, users),
    requests,
    works,
    pendingJobs,
    bearers: bearersInMemory({ secrets, held, places, linked, records, clientConfigs }),
    clientConfigs,
    clientUsers: clientUsersInMemory(shared, works, users),
    uses: tokenUsesInMemory(),
    rates: ratesInMemory(),
    accounts,
    tokens,
    reminders: reminderPort,
    servers: serversInMemory(shared),
    links: linksInMemory(shared),
    erasures,
    outbox,
    parking,
    custody: custodyInMemory(chains),
  };
};
