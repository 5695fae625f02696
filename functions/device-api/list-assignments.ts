// GET /assignments: who has which licenses of the location. A page is asked for by its number, which the records don't know: the assets' counts tell in which
// of them it begins.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { PAGE_SIZE, PageFields, pageBegin, pageFields } from "../../domain/device-api/mdm-pages.ts";
import { readVersionId } from "../../domain/device-api/version-id.ts";
import { userStatus } from "../../domain/licenses/client-user.ts";
import {
  AdamId,
  type Assignment,
  ClientUserId,
  isDevice,
  PricingParam,
  SerialNumber,
  type Target,
} from "../../domain/licenses/licenses.ts";
import type { Location } from "../../domain/organization/organization.ts";
import { sha256 } from "../lib/hash.ts";
import { readOfOneState } from "../lib/read-snapshot.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";
import type { AssetState } from "../ports/licenses.ts";
import type { Ports } from "../ports/ports.ts";
import { assignmentsState, ledgerOf } from "./ledger-state.ts";
import { Flag, Int32 } from "./query.ts";

export const ListAssignmentsInput = z.object({
  pageIndex: Int32.optional(),
  adamId: AdamId.optional(),
  pricingParam: PricingParam.optional(),
  clientUserId: ClientUserId.optional(),
  serialNumber: SerialNumber.optional(),
  sinceVersionId: z.string().optional().describe("Only what was assigned after an answer that bore this version id."),
  includeUserState: Flag.optional(),
  excludeInactiveUsers: Flag.optional().describe("Without what is assigned to users who are retired, so that a page may hold fewer."),
});
type Asked = z.infer<typeof ListAssignmentsInput>;

const ResponseAssignment = z.object({
  adamId: AdamId,
  pricingParam: PricingParam,
  serialNumber: z.string().optional(),
  clientUserId: z.string().optional(),
  idHash: z.string().optional(),
  userStatus: z.enum(["Registered", "Associated", "Retired"]).optional(),
});
export const ListAssignmentsReply = z.object({ assignments: z.array(ResponseAssignment), ...PageFields });

/**
 * Clocks differ, and an act that was under way when an answer was given may be recorded after it with an earlier time. What is told again does no harm,
 * what is left out is never told.
 */
const MARGIN_MILLISECONDS = 60_000;

/** After when whatever follows an answer was assigned. Refuses with 9721 a version id that no answer about these assignments ever bore. */
const sinceOf = ({ sinceVersionId }: Asked, location: Location): Date | undefined => {
  if (sinceVersionId === undefined) return undefined;
  const at = readVersionId(sinceVersionId, ledgerOf(location, "assignments"), sha256);
  if (at === undefined) throw new MdmRefusal(9721);
  return new Date(at.getTime() - MARGIN_MILLISECONDS);
};

const targetOf = ({ serialNumber, clientUserId }: Asked): Target | undefined => {
  if (serialNumber !== undefined) return { serialNumber };
  return clientUserId === undefined ? undefined : { clientUserId };
};

/** The assets of which something may be asked for. One whose last change is not known may have changed since. */
const amongst = (states: readonly AssetState[], { adamId, pricingParam }: Asked, since: Date | undefined): readonly AssetState[] =>
  states.filter(
    ({ asset, assignmentsChangedAt: changedAt }) =>
      asset.assigned > 0 &&
      (adamId === undefined || asset.adamId === adamId) &&
      (pricingParam === undefined || asset.pricingParam === pricingParam) &&
      (since === undefined || changedAt === undefined || changedAt > since),
  );

/** All that is asked for, where it is not simply everything of some assets; nothing is assigned to a device and a user both. */
const chosen = async (
  states: readonly AssetState[],
  asked: Asked,
  since: Date | undefined,
  { licenses }: Pick<Ports, "licenses">,
): Promise<readonly Assignment[] | undefined> => {
  const assets = states.map(({ asset }) => asset);
  const target = targetOf(asked);
  if (target === undefined && since === undefined) return undefined;
  if (asked.serialNumber !== undefined && asked.clientUserId !== undefined) return [];
  if (target === undefined && since !== undefined)
    return (await Promise.all(assets.map((asset) => licenses.assignmentsSince(asset, since)))).flat();
  const held = target === undefined ? [] : await licenses.assignmentsTo(target, assets);
  return since === undefined ? held : held.filter(({ assignedAt }) => assignedAt > since);
};

/** `limit` assignments from the `offset`-th on, in the order of the assets and in that of each asset. */
const fromOffset = async (states: readonly AssetState[], offset: number, limit: number, { licenses }: Pick<Ports, "licenses">) => {
  let before = 0;
  const parts = states.flatMap((state) => {
    const begin = Math.max(offset - before, 0);
    const end = Math.min(offset + limit - before, state.asset.assigned);
    before += state.asset.assigned;
    return begin < end ? [licenses.assignmentsAt(state, begin, end - begin)] : [];
  });
  return (await Promise.all(parts)).flat();
};

/** As they are answered, with what is asked of their users. */
const withUsers = async (
  assignments: readonly Assignment[],
  location: Location,
  { includeUserState = false, excludeInactiveUsers = false }: Asked,
  { clientUsers }: Pick<Ports, "clientUsers">,
): Promise<z.input<typeof ResponseAssignment>[]> => {
  const isAsked = includeUserState || excludeInactiveUsers;
  const ids = assignments.flatMap(({ target }) => (isDevice(target) || !isAsked ? [] : [target.clientUserId]));
  const users = ids.length === 0 ? undefined : await clientUsers.getAll(location.id, ids);
  return assignments.flatMap(({ asset: { adamId, pricingParam }, target }) => {
    const user = isDevice(target) ? undefined : users?.get(target.clientUserId);
    if (excludeInactiveUsers && !isDevice(target) && user === undefined) return [];
    const state = user === undefined || !includeUserState ? {} : { idHash: user.idHash, userStatus: userStatus(user) };
    return [{ adamId, pricingParam, ...target, ...state }];
  });
};

type Handle = MdmHandle<typeof ListAssignmentsInput, "licenses" | "clientUsers" | "now" | "random", z.input<typeof ListAssignmentsReply>>;

export const pageOfAssignments =
  (pageSize: number): Handle =>
  async ({ caller: { location }, input }, { licenses, clientUsers, now, random }) => {
    const { pageIndex = 0, includeUserState = false, excludeInactiveUsers = false } = input;
    const since = sinceOf(input, location);
    const looksAtUsers = includeUserState || excludeInactiveUsers;
    const look = async () => ({
      assets: await licenses.state(location.id),
      users: looksAtUsers ? (await clientUsers.version(location.id)).version : undefined,
    });
    const nameOf = ({ assets, users }: Awaited<ReturnType<typeof look>>) => {
      const { at, state } = assignmentsState(assets);
      return { at, state: users === undefined ? state : `${state} ${users}` };
    };
    const { value, versionId } = await readOfOneState(
      { of: ledgerOf(location, "assignments"), look, nameOf },
      async ({ assets }) => {
        const states = amongst(assets, input, since);
        const all = await chosen(states, input, since, { licenses });
        const count = all?.length ?? states.reduce((sum, { asset }) => sum + asset.assigned, 0);
        const { offset, totalPages } = pageBegin(pageIndex, count, pageSize);
        const page = all?.slice(offset, offset + pageSize) ?? (await fromOffset(states, offset, pageSize, { licenses }));
        const assignments = await withUsers(page, location, input, { clientUsers });
        return { assignments, ...pageFields(pageIndex, totalPages, assignments.length) };
      },
      { now, random },
    );
    return { ...value, versionId };
  };

const inPages = pageOfAssignments(PAGE_SIZE);
export const listAssignments: Handle = (request, ports) => inPages(request, ports);
