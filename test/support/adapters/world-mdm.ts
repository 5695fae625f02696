// Ports without a world, continued: what the device management API keeps, in memory.
import { type ClientConfig, noClientConfig } from "../../../domain/device-api/client-config.ts";
import { hasRoom, NOTHING_PENDING, type PendingCount, type PendingJob } from "../../../domain/device-api/job.ts";
import { type Failure, isEnded, type Part, type Work, type WorkId } from "../../../domain/device-api/work.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import type { ContentTokenId, LocationId } from "../../../domain/shared/ids.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import type { Bearers } from "../../../functions/ports/bearers.ts";
import type { Cipher } from "../../../functions/ports/cipher.ts";
import type { ClientConfigs, Rates, TokenUse, TokenUses } from "../../../functions/ports/mdm.ts";
import type { PendingJobs } from "../../../functions/ports/pending-jobs.ts";
import type { Progress, Works } from "../../../functions/ports/works.ts";
import { amongst } from "./lists.ts";
import type { SharedPlaces } from "./world-organization.ts";

export type WorksInMemory = Works & {
  /** Whether the work is where it was read. */
  isThere(progress: Progress | undefined): boolean;
  move(progress: Progress | undefined): void;
};

export const worksInMemory = ({
  record,
  areMet,
}: Pick<SharedPlaces, "record" | "areMet">): { readonly works: WorksInMemory; readonly pendingJobs: PendingJobs } => {
  const works = new Map<WorkId, Work>();
  const parts = new Map<WorkId, readonly Part[]>();
  const failures = new Map<WorkId, readonly Failure[]>();
  const pending = new Map<WorkId, PendingJob>();
  const counts = new Map<LocationId, PendingCount>();

  const countAt = (location: LocationId): PendingCount => counts.get(location) ?? NOTHING_PENDING;
  const count = ({ locationId, requested }: Work, by: 1 | -1): void => {
    const { jobs, assignments } = countAt(locationId);
    counts.set(locationId, { jobs: jobs + by, assignments: assignments + by * requested });
  };
  /** Keeps the job as it is now; one that ended is pending no more. */
  const keep = (work: Work): void => {
    works.set(work.id, work);
    if (isEnded(work) && pending.delete(work.id)) count(work, -1);
  };

  const isThere = (progress: Progress | undefined): boolean => {
    if (progress === undefined) return true;
    const now = works.get(progress.work.id);
    return now !== undefined && now.step === progress.work.step && !isEnded(now);
  };
  const move = (progress: Progress | undefined): void => {
    const now = progress === undefined ? undefined : works.get(progress.work.id);
    if (progress === undefined || now === undefined) return;
    const { completed, failures: failed } = progress.outcome;
    keep({ ...now, step: now.step + 1, completed: now.completed + completed, progressedAt: progress.at });
    failures.set(now.id, [...(failures.get(now.id) ?? []), ...failed.map((failure) => ({ ...failure, step: now.step }))]);
  };

  const inMemory: WorksInMemory = {
    isThere,
    move,
    async get(id) {
      return works.get(id);
    },
    async add(work, all, limits, effects, preconditions) {
      if (!hasRoom(countAt(work.locationId), work, limits)) return "full";
      if (works.has(work.id) || !areMet(preconditions)) return "changed";
      const { id, locationId, requestedAt } = work;
      works.set(id, work);
      parts.set(id, all);
      pending.set(id, { id, locationId, requestedAt });
      count(work, 1);
      record(effects);
      return "added";
    },
    async part(id, index) {
      const part = parts.get(id)?.[index];
      if (part === undefined) throw new Error(`part ${index} of the work ${id} is not recorded`);
      return part;
    },
    async failures(id) {
      return failures.get(id) ?? [];
    },
    async advance(progress, effects, preconditions) {
      if (!isThere(progress) || !areMet(preconditions)) return false;
      move(progress);
      return record(effects);
    },
    async stop({ id }, stopped, effects) {
      const now = works.get(id);
      if (now === undefined || isEnded(now)) return false;
      keep({ ...now, stopped });
      return record(effects);
    },
  };
  const pendingJobs: PendingJobs = {
    async *requestedUntil(last) {
      const rows = [...pending.values()].filter(({ requestedAt }) => requestedAt <= last);
      yield* rows.toSorted((one, other) => one.requestedAt.getTime() - other.requestedAt.getTime());
    },
    async noteResumed({ id }, resumed) {
      const job = pending.get(id);
      if (job !== undefined) pending.set(id, { ...job, resumed });
    },
    async countAt(location) {
      return countAt(location);
    },
  };
  return { works: inMemory, pendingJobs };
};

export const clientConfigsInMemory = (): ClientConfigs => {
  const configs = new Map<LocationId, ClientConfig>();
  return {
    async get(location) {
      return configs.get(location);
    },
    async change(said) {
      const after = { ...(configs.get(said.locationId) ?? noClientConfig(said.locationId)), ...said };
      configs.set(said.locationId, after);
      return after;
    },
  };
};

type Held = Pick<SharedPlaces, "held" | "places" | "linked" | "records"> & {
  readonly secrets: ReadonlyMap<string, ContentTokenId>;
  readonly clientConfigs: ClientConfigs;
};

export const bearersInMemory = ({ secrets, held, places, linked, records, clientConfigs }: Held): Bearers => {
  const foundOf = async (token: ContentToken) => {
    const { locationId } = token;
    const location = places.get(locationId);
    if (location === undefined) throw new Error(`${locationId} is not recorded`);
    const holders = amongst(
      records,
      token.downloadedBy.map(({ accountId }) => accountId),
    );
    const config = (await clientConfigs.get(locationId)) ?? noClientConfig(locationId);
    return { token, location, links: linked.get(locationId) ?? noLinks(locationId), config, holders };
  };
  return {
    async find(secretSha256) {
      const id = secrets.get(secretSha256);
      const token = id === undefined ? undefined : held.get(id);
      return token === undefined ? undefined : foundOf(token);
    },
    async get(id) {
      const token = held.get(id);
      if (token === undefined) throw new Error(`${id} is not recorded`);
      return foundOf(token);
    },
  };
};

export const tokenUsesInMemory = (): TokenUses => {
  const uses = new Map<string, TokenUse>();
  return {
    async note(use, afterSeconds) {
      const key = `${use.tokenId} ${use.mdmServerId ?? ""}`;
      const before = uses.get(key);
      if (before === undefined || before.at.getTime() < use.at.getTime() - afterSeconds * 1000) uses.set(key, use);
    },
    async of(token) {
      return [...uses.values()].filter(({ tokenId }) => tokenId === token);
    },
  };
};

export const ratesInMemory = (): Rates => {
  const asked = new Map<string, number>();
  return {
    async take(of, what, { number }, most) {
      const key = `${of} ${what} ${number}`;
      const before = asked.get(key) ?? 0;
      if (before >= most) return false;
      asked.set(key, before + 1);
      return true;
    },
  };
};

export const cipherInMemory = (): Cipher => ({
  async encrypt(text, belongsTo) {
    return Buffer.from(JSON.stringify([belongsTo, text])).toString("base64");
  },
  async decrypt(ciphertext, belongsTo) {
    const [owner, text] = JSON.parse(Buffer.from(ciphertext, "base64").toString("utf8")) as [string, string];
    if (owner !== belongsTo) throw new Error("this was encrypted for something else");
    return text;
  },
});
