// POST /registerVPPUserSrv: one client user at once, as version 1 of the protocol has it. Fleet registers by it whoever enrolls a device of their own.
// Source: Apple, "Register a User (Legacy)"; github.com/fleetdm/fleet, server/mdm/apple/vpp.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { associatedNotifications } from "../../domain/device-api/notification.ts";
import { assertEmails } from "../../domain/device-api/users-request.ts";
import { type ClientUser, ManagedAppleId, shownUser } from "../../domain/licenses/client-user.ts";
import { ClientUserId } from "../../domain/licenses/licenses.ts";
import { associatedBy, evaluateUsers } from "../../domain/licenses/user-changes.ts";
import { isReserved } from "../../domain/organization/subscription.ts";
import { sha256 } from "../lib/hash.ts";
import { createMdmNotifications } from "../lib/mdm-notifications.ts";
import { publishEffects } from "../lib/publish.ts";
import { askedUser, knownUsers } from "../licenses/known-users.ts";
import { getOrThrow, retryOnConflict } from "../middleware/handler.ts";
import type { MdmHandle, TokenBearer } from "../middleware/mdm-handler.ts";
import type { Ports } from "../ports/ports.ts";

export const RegisterUserInput = z.object({
  clientUserIdStr: ClientUserId,
  managedAppleIDStr: ManagedAppleId.nullish(),
  email: z.string().nullish(),
});

export const RegisterUserReply = z.object({
  status: z.literal(0),
  user: z.object({
    userId: z.int().describe("The same for the same registration, and never another one's."),
    clientUserIdStr: z.string(),
    managedAppleIDStr: z.string().optional().describe("As it was sent."),
    email: z.string().optional(),
    status: z.enum(["Registered", "Associated", "Retired"]),
    inviteCode: z.string().optional(),
    itsIdHash: z.string().optional(),
  }),
  uId: z.string(),
  expirationMillis: z.int().describe("When the token ends, in Unix milliseconds."),
  location: z.object({ locationName: z.string(), locationId: z.string() }),
});

type Needs = "clientUsers" | "locations" | "bus" | "outbox" | "log" | "now" | "random";
type Asked = z.infer<typeof RegisterUserInput>;

/** Digits of a hash that make a number which every client can hold. */
const USER_ID_DIGITS = 13;

const userIdOf = ({ locationId, clientUserId, createdAt }: ClientUser): number =>
  Number.parseInt(sha256(JSON.stringify([locationId, clientUserId, createdAt])).slice(0, USER_ID_DIGITS), 16) || 1;

/** The user as it is now. One that is there is answered again, as long as it is the very same: a client that saw no answer asks again. */
const registered = ({ clientUserIdStr, managedAppleIDStr, email }: Asked, caller: TokenBearer, ports: Pick<Ports, Needs>) =>
  retryOnConflict(async (): Promise<ClientUser | undefined> => {
    const { clientUsers, locations, now, random } = ports;
    const location = getOrThrow(await locations.get(caller.location.id), "location");
    if (isReserved(location)) throw new MdmRefusal(9645);
    const asked = askedUser(
      { clientUserId: clientUserIdStr, email: email ?? undefined, managedAppleId: managedAppleIDStr ?? undefined },
      ports,
    );
    const known = await knownUsers(location.id, [asked], ports);
    const there = known.users.get(clientUserIdStr);
    if (there !== undefined && there.idHash === asked.idHash) return there;
    const preconditions = evaluateUsers("CREATE", [asked], known, now());
    for (const { errorNumber } of preconditions.refused) throw new MdmRefusal(errorNumber);
    const associated = associatedNotifications(associatedBy(preconditions.changes).map(shownUser));
    const effects = createMdmNotifications(associated, caller, { now, random });
    if (!(await clientUsers.record(preconditions, effects, { preconditions: { locations: [location] } }))) return undefined;
    await publishEffects(effects, ports);
    return preconditions.done[0];
  });

export const registerUser: MdmHandle<typeof RegisterUserInput, Needs, z.input<typeof RegisterUserReply>> = async (
  { caller, input },
  ports,
) => {
  assertEmails([{ clientUserId: input.clientUserIdStr, email: input.email }]);
  const user = await registered(input, caller, ports);
  const { clientUserId, email, idHash, inviteCode, status } = shownUser(user);
  const { token, location } = caller;
  return {
    status: 0,
    user: {
      userId: userIdOf(user),
      clientUserIdStr: clientUserId,
      ...(typeof input.managedAppleIDStr === "string" ? { managedAppleIDStr: input.managedAppleIDStr } : {}),
      ...(email === undefined ? {} : { email }),
      status,
      ...(idHash === undefined ? { inviteCode } : { itsIdHash: idHash }),
    },
    uId: location.uId,
    expirationMillis: token.expiresAt.getTime(),
    location: { locationName: location.name, locationId: location.uId },
  };
};
