// A user as an MDM server keeps it at one location: whom licenses can be assigned to without a device. Not an account: nobody signs in with it.
// Source: Apple, "App and Book Management API", RequestUser and ResponseUser.
import * as z from "zod";
import { Email } from "./account.ts";
import { ClientUserId } from "./licenses.ts";

/** The Apple Account's name, as the organization manages it. */
export const ManagedAppleId = z.string().min(1).max(254);

export const RequestUser = z.object({
  clientUserId: ClientUserId,
  email: Email.optional(),
  managedAppleId: ManagedAppleId.optional(),
});
export type RequestUser = z.infer<typeof RequestUser>;
