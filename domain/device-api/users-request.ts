// Which users an MDM server may ask for in one request: some, each once, with e-mail addresses that are some. Each violation has a number of its own.
// Source: Apple, "Manage Users", "Handling error responses".
import * as z from "zod";
import { Email } from "../accounts/account.ts";
import { ManagedAppleId, type RequestUser } from "../licenses/client-user.ts";
import { ClientUserId } from "../licenses/licenses.ts";
import { MdmRefusal } from "./mdm-error.ts";
import { MDM_LIMITS } from "./mdm-limits.ts";
import { some } from "./work-request.ts";

/** The e-mail address may be any text: an invalid one has its own error number. Some clients send null for unknown values. */
const SentUser = z.object({
  clientUserId: ClientUserId,
  email: z.string().nullish(),
  managedAppleId: ManagedAppleId.nullish(),
});

export const UsersRequest = z.object({ users: some(SentUser) });
export type UsersRequest = z.infer<typeof UsersRequest>;

const repeatedIn = (ids: readonly string[]): string[] => [...new Set(ids.filter((id, index) => ids.indexOf(id) < index))];

/** The users of a request. Refuses with 9720, 9714 or 9715. */
export const usersNamed = ({ users }: UsersRequest): readonly RequestUser[] => {
  if (users.length === 0) throw new MdmRefusal(9720);
  if (users.length > MDM_LIMITS.maxUsers)
    throw new MdmRefusal(9714, { detail: `There are ${users.length}, and at most ${MDM_LIMITS.maxUsers} may be.` });
  const clientUserIds = repeatedIn(users.map(({ clientUserId }) => clientUserId));
  if (clientUserIds.length > 0) throw new MdmRefusal(9715, { info: { clientUserIds } });
  return users.map(({ clientUserId }) => ({ clientUserId }));
};

/** Refuses with 9717. */
export const assertEmails = (users: readonly { readonly clientUserId: string; readonly email?: string | null | undefined }[]): void => {
  const wrong = users.filter(({ email }) => typeof email === "string" && !Email.safeParse(email).success);
  if (wrong.length > 0) throw new MdmRefusal(9717, { info: { clientUserIds: wrong.map(({ clientUserId }) => clientUserId) } });
};

/** The same with what is said of them. Refuses with 9717 as well. */
export const usersAsked = (request: UsersRequest): readonly RequestUser[] => {
  usersNamed(request);
  assertEmails(request.users);
  return request.users.map(({ clientUserId, email, managedAppleId }) => ({
    clientUserId,
    email: email ?? undefined,
    managedAppleId: managedAppleId ?? undefined,
  }));
};
