// GET /users: the client users of a location, page by page, all or those that changed since an earlier answer.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { PAGE_SIZE, PageFields, pageBegin, pageFields } from "../../domain/device-api/mdm-pages.ts";
import { readVersionNumber } from "../../domain/device-api/version-id.ts";
import { ClientUser, shownUser, type UsersVersion } from "../../domain/licenses/client-user.ts";
import type { LocationId } from "../../domain/shared/ids.ts";
import { foreignText } from "../../domain/shared/text.ts";
import { sha256 } from "../lib/hash.ts";
import { readOfOneState } from "../lib/read-snapshot.ts";
import { idHashOf } from "../licenses/known-users.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";
import type { WhichUsers } from "../ports/client-users.ts";
import type { Ports } from "../ports/ports.ts";
import { Flag, Int32 } from "./query.ts";

export const ListUsersInput = z.object({
  activeOnly: Flag.optional(),
  retiredOnly: Flag.optional(),
  includeRetired: Flag.optional().describe("`0` is the same as `activeOnly`."),
  // Bounded like the keys. A value that no user can have, such as an empty text, finds nobody.
  clientUserId: foreignText(250).optional(),
  managedAppleId: foreignText(254).optional().describe("Not in Apple's documentation. Who has this Apple Account now."),
  pageIndex: Int32.optional(),
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
  ...PageFields,
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

type UsersPage = { readonly users: readonly ClientUser[]; readonly totalPages: number };

/** The page of `version`, unless others change the users at the same time. Refuses with 9650 one that there is not. */
const pageOf = async (asked: Asked, version: UsersVersion, { clientUsers }: Pick<Ports, "clientUsers">): Promise<UsersPage> => {
  const { locationId } = version;
  const { pageIndex = 0 } = asked;
  const which = whichOf(asked);
  const sinceNumber = asked.sinceVersionId === undefined ? 0 : numberOf(asked.sinceVersionId, version);
  if (asked.sinceVersionId === undefined && withoutIds(asked)) {
    const count = { all: version.active + version.retired, active: version.active, retired: version.retired }[which];
    const { offset, totalPages } = pageBegin(pageIndex, count, PAGE_SIZE);
    return { totalPages, users: await clientUsers.list(locationId, which, { skip: offset, limit: PAGE_SIZE }) };
  }
  const found = withoutIds(asked)
    ? await clientUsers.changedSince(locationId, sinceNumber, which)
    : (await namedUsers(asked, locationId, { clientUsers })).filter(
        ({ retiredAt, changedIn }) => changedIn > sinceNumber && (which === "all" || (which === "retired") === (retiredAt !== undefined)),
      );
  const { offset, totalPages } = pageBegin(pageIndex, found.length, PAGE_SIZE);
  return { totalPages, users: found.slice(offset, offset + PAGE_SIZE) };
};

export const listUsers: MdmHandle<typeof ListUsersInput, "clientUsers" | "now" | "random", z.input<typeof ListUsersReply>> = async (
  { caller: { location }, input },
  { clientUsers, now, random },
) => {
  const { value, versionId } = await readOfOneState(
    {
      of: dataSetOf(location.id),
      look: () => clientUsers.version(location.id),
      nameOf: ({ version, changedAt }) => ({ at: changedAt, state: version }),
    },
    (version) => pageOf(input, version, { clientUsers }),
    { now, random },
  );
  const { users, totalPages } = value;
  return { users: users.map(shownUser), ...pageFields(input.pageIndex ?? 0, totalPages, users.length), versionId };
};
