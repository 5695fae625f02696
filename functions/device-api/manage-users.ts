// POST /users/create, /users/update and /users/retire: the client users of a location, and what an MDM server says of them. What can be told at once is
// refused at once; all else is done by the worker.
import type * as z from "zod";
import type { JobLimits } from "../../domain/device-api/job.ts";
import { UsersRequest, usersAsked, usersNamed } from "../../domain/device-api/users-request.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";
import { type OrderingPorts, ordered } from "./enqueue-job.ts";
import type { EventReply } from "./manage-assets.ts";

export const ManageUsersInput = UsersRequest;

type Manage = MdmHandle<typeof ManageUsersInput, keyof OrderingPorts, z.input<typeof EventReply>>;

export const createUsers =
  (limits: JobLimits): Manage =>
  async ({ caller, input }, ports) =>
    ordered({ type: "CREATE", users: usersAsked(input) }, caller, ports, limits);

export const updateUsers =
  (limits: JobLimits): Manage =>
  async ({ caller, input }, ports) =>
    ordered({ type: "UPDATE", users: usersAsked(input) }, caller, ports, limits);

/** Of those who go, only who they are counts. */
export const retireUsers =
  (limits: JobLimits): Manage =>
  async ({ caller, input }, ports) =>
    ordered({ type: "RETIRE", users: usersNamed(input) }, caller, ports, limits);
