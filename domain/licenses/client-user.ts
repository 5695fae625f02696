// A user as an MDM server keeps it at one location: whom licenses can be assigned to without a device. Not an account: nobody signs in with it.
// Source: Apple, "App and Book Management API", RequestUser and ResponseUser.
import * as z from "zod";
import { Email } from "../accounts/account.ts";
import { LocationId } from "../shared/ids.ts";
import { foreignText } from "../shared/text.ts";
import { ClientUserId } from "./licenses.ts";

/** The Apple Account's name, as the organization manages it. */
export const ManagedAppleId = foreignText(254).min(1);

export const RequestUser = z.object({
  clientUserId: ClientUserId,
  email: Email.optional(),
  managedAppleId: ManagedAppleId.optional(),
});
export type RequestUser = z.infer<typeof RequestUser>;

/** A client user id has at most one entry that is not retired, and any number of retired ones. */
export const ClientUser = z.object({
  locationId: LocationId,
  clientUserId: ClientUserId,
  email: Email.optional(),
  /** SHA-256 (hex) of the Apple Account's name in lower case. The name itself is not kept: nobody asks for it, and this tells one account from another. */
  idHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** The invite code of the user, used until there is an Apple Account. */
  inviteCode: z.string().min(1).max(64),
  createdAt: z.date(),
  retiredAt: z.date().optional(),
  /** Which version of the location's users it last changed in. */
  changedIn: z.int().min(1),
});
export type ClientUser = z.infer<typeof ClientUser>;

export type ClientUserStatus = "Registered" | "Associated" | "Retired";

/** Computed, never stored. */
export const userStatus = ({ retiredAt, idHash }: Pick<ClientUser, "retiredAt" | "idHash">): ClientUserStatus => {
  if (retiredAt !== undefined) return "Retired";
  return idHash === undefined ? "Registered" : "Associated";
};

/** As the protocol shows it: an Apple Account by its hash, or what invites one. Source: Apple, "ResponseUser". */
export type ShownUser = {
  readonly clientUserId: string;
  readonly email?: string;
  readonly idHash?: string;
  readonly inviteCode?: string;
  readonly status: ClientUserStatus;
};

export const shownUser = (user: ClientUser): ShownUser => ({
  clientUserId: user.clientUserId,
  ...(user.email === undefined ? {} : { email: user.email }),
  ...(user.idHash === undefined ? { inviteCode: user.inviteCode } : { idHash: user.idHash }),
  status: userStatus(user),
});

/** All users of a location at one moment. Every change of some of them makes the next version, so that a number stands for exactly one state. */
export const UsersVersion = z.object({
  locationId: LocationId,
  /** 0 before there was any user. */
  version: z.int().min(0),
  active: z.int().min(0),
  retired: z.int().min(0),
  changedAt: z.date(),
  /** The number of times that a job assigned licenses to users of the location. A concurrent retirement sees the change and retries. */
  given: z.int().min(0).default(0),
});
export type UsersVersion = z.infer<typeof UsersVersion>;

/** Before there was any user. */
export const noUsers = (locationId: LocationId): UsersVersion => ({
  locationId,
  version: 0,
  active: 0,
  retired: 0,
  changedAt: new Date(0),
  given: 0,
});
