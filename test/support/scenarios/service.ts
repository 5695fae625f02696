// The service on fake ports: a clock that tests set, a bus that can fail, files in memory, and calls as the gateway makes them. Each answer is held
// against the API's document.
import { randomBytes } from "node:crypto";
import type { Account } from "../../../domain/accounts/account.ts";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import type { AppleAnswer } from "../../../domain/tokens/apple-check.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { http } from "../../../functions/middleware/http.ts";
import type { Log } from "../../../functions/ports/log.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import { adminRoutes } from "../../../functions/routes/admin-routes.ts";
import { custodyRoutes } from "../../../functions/routes/custody-routes.ts";
import {
  appleInMemory,
  busInMemory,
  checkQueueInMemory,
  filesInMemory,
  type InPool,
  logInMemory,
  notifierInMemory,
  peopleInMemory,
} from "../adapters/outside.ts";
import { makeWorld } from "../adapters/world.ts";
import { cipherInMemory } from "../adapters/world-mdm.ts";
import { aLocation, anAccount, anOrganization, at } from "../builders/make.ts";
import { document, undocumented } from "../http/answers.ts";

export const NOW = at("2026-06-01T12:00:00.000Z");

/** An account whose identifier is the one its subject leads to, as the middleware needs it. */
export const signedUp = (subject: string, over: Partial<Account> = {}): Account =>
  anAccount({ id: accountIdOf(subject), subject, email: `${subject}@example.org`, ...over });

export const ada = signedUp("ada");

const complaintsAbout = undocumented(document);

/** `logOf` makes the log of the function that serves a route; without it all is logged in memory. */
export const makeService = async (logOf?: (name: "admin" | "custody") => Log) => {
  const files = new Map<string, Uint8Array>();
  const published: OutboxMessage[] = [];
  const invited: string[] = [];
  const pool = new Map<string, InPool>();
  const logged: string[] = [];
  const answers = new Map<string, AppleAnswer>();
  const checked: string[] = [];
  const clock = { now: NOW };
  const faults = { bus: false, files: false };
  const ports: Ports = {
    ...makeWorld(),
    files: filesInMemory(files, () => faults.files),
    bus: busInMemory(published, () => !faults.bus),
    people: peopleInMemory(invited, pool),
    cipher: cipherInMemory(),
    notifier: notifierInMemory(),
    apple: appleInMemory(answers, checked),
    checkQueue: checkQueueInMemory(),
    log: logInMemory(logged),
    now: () => clock.now,
    random: (bytes) => randomBytes(bytes),
  };
  await ports.organizations.found(anOrganization(), aLocation(), ada);
  const handlers = { ...adminRoutes, ...custodyRoutes };
  const served = (name: "admin" | "custody") => http(handlers, logOf === undefined ? ports : { ...ports, log: logOf(name) });
  const functions = { admin: served("admin"), custody: served("custody") };

  type Call = {
    as?: string;
    claims?: object;
    body?: unknown;
    raw?: string;
    query?: Record<string, string>;
    headers?: Record<string, string>;
  };
  /** Calls a route as the gateway does; `path` fills the braces of the route key in order. */
  const call = async (
    routeKey: keyof typeof handlers,
    path: readonly string[] = [],
    { as = "ada", claims, body, raw, query, headers }: Call = {},
  ) => {
    const names = [...routeKey.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const answer = await functions[routeKey in adminRoutes ? "admin" : "custody"]({
      routeKey,
      headers: headers ?? {},
      pathParameters: Object.fromEntries(names.map((name, index) => [name, path[index]])),
      queryStringParameters: query ?? {},
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      requestContext: {
        requestId: "r-1",
        authorizer: {
          jwt: { claims: claims ?? { sub: as, token_use: "access", auth_time: String(Math.floor(clock.now.getTime() / 1000)) } },
        },
      },
    });
    const reply = { status: answer.statusCode, headers: answer.headers, body: answer.body === "" ? undefined : JSON.parse(answer.body) };
    const [method = "", template = ""] = routeKey.split(" ");
    const complaints = complaintsAbout(method, template, { ...reply, headers: new Headers(reply.headers) });
    if (complaints.length > 0) throw new Error(`The API's document says otherwise. ${complaints.join("; ")}`);
    return reply;
  };
  return { ports, files, published, invited, pool, logged, clock, faults, answers, checked, call };
};
