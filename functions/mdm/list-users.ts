// GET /users: the client users of a location, page by page, all or those that changed since an earlier answer.
import * as z from "zod";
import { ClientUser, shownUser, type UsersVersion } from "../../domain/client-user.ts";
import type { LocationId } from "../../domain/ids.ts";
import { MdmRefusal } from "../../domain/mdm-error.ts";
import { readVersionNumber, versionIdOf } from "../../domain/version-id.ts";
import type { MdmHandle } from "../handle-mdm.ts";
import { sha256 } from "../hash.ts";
import { idHashOf } from "../known-users.ts";
import type { WhichUsers } from "../ports/client-users.ts";
import type { Ports } from "../ports.ts";

const PAGE_SIZE = 1000;

const Flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");

export const ListUsersInput = z.object({
  activeOnly: Flag.optional(),
  retiredOnly: Flag.optional(),
  includeRetired: Flag.optional().describe("`0` is the same as `activeOnly`."),
  clientUserId: z.string().optional(),
  managedAppleId: z.string().optional().describe("Not in Apple's documentation. Who has this Apple Account now."),
  pageIndex: z
    .string()
    .regex(/^-?\d{1,10}$/, "expected a number")
    .transform(Number)
    .default(0),
  sinceVersionId: z.string().optional(),
});

export const ListUsersReply = z.object({
  users: z.array(
    z.object({
      clientUserId: ClientUser.shape.clientUserId,
      email: ClientUser.shape.email,
      idHash: ClientUser.shape.idHash.describe("Stands for the Apple Account of a user who has one."),
      inviteCode: ClientUser.shape.inviteCode.optional(),
      status: z.enum(["Registered", "Associated", "Retired"]),
    }),
  ),
  currentPageIndex: z.int(),
  nextPageIndex: z.int().optional().describe("Absent on the last page."),
  size: z.int().describe("How many are on this page."),
  totalPages: z.int().describe("1 where there is nobody."),
  versionId: z.string().describe("Which state of all users this is. Two pages with the same one are of the same state."),
});

type Asked = z.infer<typeof ListUsersInput>;

const whichOf = ({ activeOnly, retiredOnly, includeRetired }: Asked): WhichUsers => {
  const active = activeOnly === true || includeRetired === false;
  if (active && retiredOnly === true) throw new MdmRefusal(9602, { detail: "activeOnly and retiredOnly exclude each other." });
  if (retiredOnly === true) return "retired";
  return active ? "active" : "all";
};

const dataSetOf = (location: LocationId): string => `${location} users`;

/** The number of the version that an identifier stands for. Refuses with 9721 one that was never given for this location's users. */
const numberOf = (sinceVersionId: string, { locationId, version }: UsersVersion): number => {
  const since = readVersionNumber(sinceVersionId, dataSetOf(locationId), sha256);
  if (since === undefined || since > version) throw new MdmRefusal(9721);
  return since;
};

const withoutIds = ({ clientUserId, managedAppleId }: Asked): boolean => clientUserId === undefined && managedAppleId === undefined;

/** Entries of those who were asked for by name; an Apple Account belongs to users who are not retired. */
const namedUsers = async (
  asked: Asked,
  location: LocationId,
  { clientUsers }: Pick<Ports, "clientUsers">,
): Promise<readonly ClientUser[]> => {
  const { clientUserId, managedAppleId } = asked;
  if (managedAppleId === undefined) return clientUsers.entriesOf(location, clientUserId ?? "");
  const holder = (await clientUsers.holders(location, [idHashOf(managedAppleId)])).get(idHashOf(managedAppleId));
  if (holder === undefined || (clientUserId !== undefined && clientUserId !== holder)) return [];
  return [...(await clientUsers.getAll(location, [holder])).values()];
};

type Slice = { readonly users: readonly ClientUser[]; readonly total: number };

/** The page of `version`, unless others change the users at the same time. */
const sliceOf = async (asked: Asked, version: UsersVersion, { clientUsers }: Pick<Ports, "clientUsers">): Promise<Slice> => {
  const { locationId } = version;
  const which = whichOf(asked);
  const skip = Math.max(0, asked.pageIndex) * PAGE_SIZE;
  const sinceNumber = asked.sinceVersionId === undefined ? 0 : numberOf(asked.sinceVersionId, version);
  if (asked.sinceVersionId === undefined && withoutIds(asked)) {
    const total = { all: version.active + version.retired, active: version.active, retired: version.retired }[which];
    return { total, users: skip < total ? await clientUsers.list(locationId, which, { skip, limit: PAGE_SIZE }) : [] };
  }
  const found = withoutIds(asked)
    ? await clientUsers.changedSince(locationId, sinceNumber, which)
    : (await namedUsers(asked, locationId, { clientUsers })).filter(
        ({ retiredAt, changedIn }) => changedIn > sinceNumber && (which === "all" || (which === "retired") === (retiredAt !== undefined)),
      );
  return { total: found.length, users: found.slice(skip, skip + PAGE_SIZE) };
};

/** How often a page is read to find one state, while others change the users. */
const ATTEMPTS = 4;

/**
 * A page and which state it is of.
 * Invariant: an identifier that stands on two answers stands for one state. A page that others kept changing has an identifier of its own, by which whoever
 * asks what changed since is told of nothing too little.
 */
const settled = async (asked: Asked, location: LocationId, ports: Pick<Ports, "clientUsers" | "now" | "random">) => {
  const { clientUsers, now, random } = ports;
  let version = await clientUsers.version(location);
  const of = dataSetOf(location);
  for (let attempt = 1; ; attempt++) {
    const slice = await sliceOf(asked, version, ports);
    const after = await clientUsers.version(location);
    if (after.version === version.version)
      return { ...slice, versionId: versionIdOf({ at: version.changedAt, state: version.version, of }, sha256) };
    if (attempt === ATTEMPTS) {
      const apart = 1 + (Buffer.from(random(4)).readUInt32BE() % 9_999);
      return { ...slice, versionId: versionIdOf({ at: now(), state: version.version, of, apart }, sha256) };
    }
    version = after;
  }
};

export const listUsers: MdmHandle<typeof ListUsersInput, "clientUsers" | "now" | "random", z.input<typeof ListUsersReply>> = async (
  { caller: { location }, input },
  ports,
) => {
  const { users, total, versionId } = await settled(input, location.id, ports);
  const { pageIndex } = input;
  const totalPages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  if (pageIndex < 0 || pageIndex >= totalPages) throw new MdmRefusal(9650);
  return {
    users: users.map(shownUser),
    currentPageIndex: pageIndex,
    ...(pageIndex + 1 < totalPages ? { nextPageIndex: pageIndex + 1 } : {}),
    size: users.length,
    totalPages,
    versionId,
  };
};
