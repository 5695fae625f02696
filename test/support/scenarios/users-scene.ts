// What tests of client users ask: the service anew before each, orders of MDM servers with the work that is done for them, and lists.
import { beforeEach } from "vitest";
import type * as z from "zod";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { DEFAULT_JOB_LIMITS } from "../../../domain/device-api/mdm-limits.ts";
import { failuresOf, statusOf, type Work, WorkId } from "../../../domain/device-api/work.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { ListUsersInput, listUsers } from "../../../functions/device-api/list-users.ts";
import { createUsers, ManageUsersInput, retireUsers, updateUsers } from "../../../functions/device-api/manage-users.ts";
import { RegisterUserInput, registerUser } from "../../../functions/device-api/register-user.ts";
import { parsedBy } from "../../../functions/middleware/mdm-event.ts";
import type { MdmHandle, TokenBearer } from "../../../functions/middleware/mdm-handler.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import { aContentToken, aLocation } from "../builders/make.ts";
import { recordToken } from "../http/bearer.ts";
import { makeService } from "./service.ts";

export const location = aLocation();
export const here = location.id;
export const bearer = (over: Partial<TokenBearer> = {}): TokenBearer => ({
  token: aContentToken({ locationId: here }),
  location,
  links: noLinks(here),
  config: noClientConfig(here),
  ...over,
});
export const LISTENING = {
  locationId: here,
  notificationUrl: "https://mdm.example.org/told",
  notificationAuthToken: "x",
  notificationTypes: ["USER_MANAGEMENT" as const, "USER_ASSOCIATED" as const],
};

export let service: Awaited<ReturnType<typeof makeService>>;
/** A service without any user. */
export const serveAnew = async (): Promise<void> => {
  service = await makeService();
  await recordToken(service.ports, bearer().token);
};
beforeEach(serveAnew);

export const asking = <Input extends z.ZodType, Body>(
  handle: MdmHandle<Input, keyof Ports, Body>,
  input: Input,
  asked: object,
  caller = bearer(),
): Promise<Body> => Promise.resolve().then(() => handle({ caller, input: parsedBy(input, asked), base: "https://api" }, service.ports));
export const list = (query: Record<string, string> = {}) => asking(listUsers, ListUsersInput, query);
export const register = (body: object, caller?: TokenBearer) => asking(registerUser, RegisterUserInput, body, caller);

export const HANDLES = {
  CREATE: createUsers(DEFAULT_JOB_LIMITS),
  UPDATE: updateUsers(DEFAULT_JOB_LIMITS),
  RETIRE: retireUsers(DEFAULT_JOB_LIMITS),
};
export type Act = keyof typeof HANDLES;
export const order = (act: Act, users: readonly object[]) => asking(HANDLES[act], ManageUsersInput, { users });
/** Orders the work and does it. */
export const done = async (act: Act, ...users: object[]): Promise<Work> => {
  const { eventId } = await order(act, users);
  for (;;) {
    await doWork({ workId: eventId }, service.ports, () => false);
    const work = await service.ports.works.get(WorkId.parse(eventId));
    if (work === undefined) throw new Error("the work is gone");
    if (statusOf(work) !== "PENDING") return work;
  }
};
export const endOf = async (work: Work) => ({
  status: statusOf(work),
  completed: work.completed,
  failures: failuresOf(work, await service.ports.works.failures(work.id)).map(({ errorNumber, errorInfo }) => [
    errorNumber,
    errorInfo?.clientUserIds,
  ]),
});
export const COMPLETE = (completed: number) => ({ status: "COMPLETE", completed, failures: [] });
export const refusedWith = async (asked: Promise<unknown>) => asked.then(() => undefined).catch((error) => error.error);
export const told = () => service.published.flatMap((one) => (one.kind === "mdm-notification" ? [one] : []));
export const shown = async (query?: Record<string, string>) =>
  (await list(query)).users.map(({ clientUserId, status }) => `${clientUserId} ${status}`);
