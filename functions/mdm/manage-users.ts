// POST /users/create, /users/update and /users/retire: the client users of a location, and what an MDM server says of them. What can be told at once is
// refused at once; all else is done by the worker.
import type * as z from "zod";
import { UsersRequest, usersAsked, usersNamed } from "../../domain/users-request.ts";
import type { MdmHandle } from "../handle-mdm.ts";
import { type OrderingPorts, ordered } from "../ordered.ts";
import type { EventReply } from "./manage-assets.ts";

export const ManageUsersInput = UsersRequest;

type Manage = MdmHandle<typeof ManageUsersInput, keyof OrderingPorts, z.input<typeof EventReply>>;

export const createUsers: Manage = async ({ caller, input }, ports) => ordered({ type: "CREATE", users: usersAsked(input) }, caller, ports);

export const updateUsers: Manage = async ({ caller, input }, ports) => ordered({ type: "UPDATE", users: usersAsked(input) }, caller, ports);

/** Of those who go, only who they are counts. */
export const retireUsers: Manage = async ({ caller, input }, ports) => ordered({ type: "RETIRE", users: usersNamed(input) }, caller, ports);
