// Ports without a world, continued: the custody log, MDM servers and their links, in memory.

import type { CustodyEntry, SubjectId } from "../../../domain/custody/custody.ts";
import type { Conflict } from "../../../domain/mdm-servers/conflict.ts";
import { type LocationLinks, noLinks } from "../../../domain/mdm-servers/links.ts";
import type { MdmServer } from "../../../domain/mdm-servers/mdm-server.ts";
import type { ConflictId, ContentTokenId, LocationId, MdmServerId } from "../../../domain/shared/ids.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import type { CustodyLog } from "../../../functions/ports/custody.ts";
import type { Links } from "../../../functions/ports/links.ts";
import type { MdmServers } from "../../../functions/ports/mdm-servers.ts";
import type { Effect, Preconditions } from "../../../functions/ports/shared.ts";
import { amongst, born, pageOf, written } from "./lists.ts";

/** What these ports share with the rest of the world. */
export type Shared = {
  readonly held: Map<ContentTokenId, ContentToken>;
  readonly registered: Map<MdmServerId, MdmServer>;
  readonly linked: Map<LocationId, LocationLinks>;
  readonly conflicts: Map<ConflictId, Conflict>;
  readonly record: (effects?: readonly Effect[]) => boolean;
  readonly areMet: (preconditions?: Preconditions) => boolean;
};

export const custodyInMemory = (chains: ReadonlyMap<SubjectId, readonly CustodyEntry[]>): CustodyLog => ({
  async history(subject, page) {
    return pageOf(chains.get(subject) ?? [], ({ seq }) => `0000-#${String(seq).padStart(9, "0")}`, page);
  },
  async list({ from, to }, page) {
    const within = [...chains.values()].flat().filter(({ at }) => (from === undefined || at >= from) && (to === undefined || at <= to));
    return pageOf(within, written, page);
  },
  async *changedSince(since) {
    const entries = [...chains.values()].flat().filter(({ at }) => since === undefined || at >= since);
    yield* entries.toSorted((one, other) => (written(one) < written(other) ? -1 : 1)).map(({ subject }) => subject);
  },
  async *chain(subject, from) {
    const entries = [...chains].flatMap(([id, chain]) => (id === subject ? chain : []));
    yield* entries.filter(({ seq }) => seq >= from).map((entry) => ({ subject, seq: entry.seq, entry }));
  },
});

export const serversInMemory = ({ registered, record, areMet }: Shared): MdmServers => {
  const credentials = new Map<string, MdmServerId>();
  const saying = (info: string | undefined): MdmServer | undefined =>
    [...registered.values()].find(({ mdmInfo, removedAt }) => info !== undefined && mdmInfo?.id === info && removedAt === undefined);
  const isTaken = ({ id, credentialSha256 = "", mdmInfo }: MdmServer): boolean =>
    (credentials.get(credentialSha256) ?? id) !== id || (saying(mdmInfo?.id)?.id ?? id) !== id;
  const keep = (server: MdmServer, effects?: readonly Effect[]): boolean => {
    registered.set(server.id, server);
    if (server.credentialSha256 !== undefined) credentials.set(server.credentialSha256, server.id);
    return record(effects);
  };
  return {
    async get(id) {
      return registered.get(id);
    },
    async getAll(ids) {
      return amongst(registered, ids);
    },
    async findByCredential(sha) {
      const id = credentials.get(sha);
      return id === undefined ? undefined : registered.get(id);
    },
    async findByMdmInfo(id) {
      return saying(id);
    },
    async list(page) {
      return pageOf(registered.values(), (one) => born(one.createdAt, one), page);
    },
    async register(server, effects, preconditions) {
      if (registered.has(server.id) || isTaken(server) || !areMet(preconditions)) return false;
      return keep(server, effects);
    },
    async replace(server, effects, preconditions) {
      if (registered.get(server.id)?.version !== server.version - 1 || isTaken(server) || !areMet(preconditions)) return false;
      return keep(server, effects);
    },
    async seen(id, at) {
      const server = registered.get(id);
      if (server !== undefined) registered.set(id, { ...server, lastSeenAt: at });
    },
  };
};

export const linksInMemory = ({ held, linked, conflicts, record, areMet }: Shared): Links => {
  const everLinked = new Set<string>();
  return {
    async of(location) {
      return linked.get(location) ?? noLinks(location);
    },
    async ofAll(ids) {
      return amongst(linked, ids);
    },
    async *all() {
      yield* linked.values();
    },
    async locationsOf(server) {
      return [...linked.keys()].filter((location) => everLinked.has(`${server} ${location}`));
    },
    async replace(after, { conflict, lookAgain, server }, effects, preconditions) {
      if ((linked.get(after.location)?.version ?? 0) !== after.version - 1 || !areMet(preconditions)) return false;
      const token = lookAgain === undefined ? undefined : held.get(lookAgain.id);
      if (lookAgain !== undefined && (token === undefined || token.invalidation !== undefined || token.dueAt === undefined)) return false;
      if (token !== undefined && lookAgain?.dueAt !== undefined) held.set(token.id, { ...token, dueAt: lookAgain.dueAt });
      linked.set(after.location, after);
      if (server !== undefined) everLinked.add(`${server} ${after.location}`);
      if (conflict !== undefined) conflicts.set(conflict.id, conflict);
      return record(effects);
    },
    async conflict(id) {
      return conflicts.get(id);
    },
    async conflicts(page) {
      return pageOf(conflicts.values(), (one) => born(one.foundAt, one), page);
    },
  };
};
