// What a scene is made of: a host whose time is set, calls as the gateway makes them, and what most scenes begin with.
import { randomBytes } from "node:crypto";
import type { WorkId } from "../../../domain/device-api/work.ts";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import type { AppleAnswer } from "../../../domain/tokens/apple-check.ts";
import type { FunctionName } from "../../../functions/contract/env.ts";
import { CUSTODY_ROUTES } from "../../../functions/contract/routes.ts";
import { http } from "../../../functions/middleware/http.ts";
import type { People } from "../../../functions/ports/people.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import type { Seals } from "../../../functions/ports/seals.ts";
import type { Works } from "../../../functions/ports/works.ts";
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
  sealsInMemory,
} from "../adapters/outside.ts";
import type { World } from "../adapters/world.ts";
import { cipherInMemory } from "../adapters/world-mdm.ts";
import { aLocation, anOrganization, at, locationId } from "../builders/make.ts";
import { signedUp } from "./service.ts";

export const START = at("2026-06-01T12:00:00.000Z");
export const [ada, manager] = [signedUp("ada"), signedUp("manager")];
export const here = aLocation();
export const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
export const neverTimeUp = (): boolean => false;

/** `people`: those of another pool than the one in memory. */
export const makeHost = (world: World, people?: People) => {
  const clock = { now: START };
  const files = new Map<string, Uint8Array>();
  const told: OutboxMessage[] = [];
  const seals = sealsInMemory();
  const pool = new Map<string, InPool>();
  const answers = new Map<string, AppleAnswer>();
  const ordered = new Set<WorkId>();
  /** Whatever an MDM server asked for, whether anybody is told to do it or not. */
  const works: Works = {
    ...world.works,
    async add(work, ...rest) {
      const result = await world.works.add(work, ...rest);
      if (result === "added") ordered.add(work.id);
      return result;
    },
  };
  const ports: Ports & { readonly seals: Seals } = {
    ...world,
    works,
    seals,
    people: people ?? peopleInMemory([], pool),
    files: filesInMemory(files),
    bus: busInMemory(told),
    cipher: cipherInMemory(),
    notifier: notifierInMemory(),
    apple: appleInMemory(answers),
    checkQueue: checkQueueInMemory(),
    log: logInMemory([]),
    now: () => clock.now,
    random: (bytes) => randomBytes(bytes),
  };
  return { ports, files, told, pool, clock, ordered, answers };
};
export type Host = ReturnType<typeof makeHost>;
export type HostPorts = Host["ports"];

export const later = ({ clock }: Host, seconds: number): void => {
  clock.now = new Date(clock.now.getTime() + seconds * 1000);
};

export type Asked = {
  readonly route: string;
  /** Who calls, by their subject. */
  readonly as?: string;
  readonly path?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly key?: string;
  readonly bearer?: string;
  readonly etag?: string | undefined;
};

/** As the gateway calls; the answer, whatever its status. */
export const call = async (ports: Ports, now: Date, { route, as = "ada", path = [], query = {}, body, key, bearer, etag }: Asked) => {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const {
    statusCode,
    headers,
    body: text,
  } = await http(
    { ...adminRoutes, ...custodyRoutes },
    ports,
  )({
    routeKey: route,
    headers: {
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(etag === undefined ? {} : { "if-none-match": etag }),
    },
    pathParameters: Object.fromEntries(names.map((name, index) => [name, path[index]])),
    queryStringParameters: query,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    requestContext: {
      requestId: "r",
      authorizer: { jwt: { claims: { sub: as, token_use: "access", auth_time: String(Math.floor(now.getTime() / 1000)) } } },
    },
  });
  return { statusCode, etag: headers.etag, body: text === "" ? {} : JSON.parse(text) };
};

export type Scenario = {
  readonly name: string;
  /** What is asked, of an act that the API is asked for. */
  readonly route?: string;
  /** The function whose act it is. */
  readonly by: FunctionName;
  /** What was there before; its answer is given to `act`. */
  readonly before?: (host: Host) => Promise<string[]>;
  readonly act: (ports: HostPorts, host: Host, given: readonly string[]) => Promise<unknown>;
  /** Changes nothing that is kept. */
  readonly changesNothing?: boolean;
  /** What was founded before; the organization, unless founding it is the act. */
  readonly begins?: "unfounded";
  /** Whoever asked asks again, as a queue, a clock or a careful client does. Otherwise the act is done whole or not at all. */
  readonly again?: boolean;
};

export const organize = async (host: Host): Promise<void> => {
  await host.ports.organizations.found(anOrganization(), here, ada);
  await host.ports.locations.add(other);
  await host.ports.accounts.register(manager);
};

export const issue = async (host: Host, location = here.id): Promise<string> =>
  (await call(host.ports, host.clock.now, { route: "POST /v1/content-tokens", body: { locationId: location } })).body.id;
export const register = async (host: Host, name: string) =>
  (await call(host.ports, host.clock.now, { route: "POST /v1/mdm-servers", body: { name, vendor: "other" } })).body as {
    id: string;
    credential: string;
  };
export const link = (host: Host, server: string, token: string) =>
  call(host.ports, host.clock.now, { route: "PUT /v1/mdm-servers/{id}/links/{tokenId}", path: [server, token], body: {} });

export const fileOf = (token: string, expDate = "2027-01-01T00:00:00+0000"): string =>
  Buffer.from(Buffer.from(JSON.stringify({ expDate, token, orgName: "P" })).toString("base64")).toString("base64");

const byOf = (route: string): FunctionName => ((CUSTODY_ROUTES as readonly string[]).includes(route) ? "custody" : "admin");

export const FOUNDING = { organization: "Pretendco", country: "US", administratorEmail: "ada@example.org", reminderLadder: "[30, 1]" };

export const FETCH = "GET /v1/fetch/content-token";

export const asking = (
  route: string,
  over: (given: readonly string[]) => Omit<Asked, "route"> = () => ({}),
): Pick<Scenario, "by" | "act" | "route"> => ({
  by: byOf(route),
  route,
  act: (ports, host, given) => call(ports, host.clock.now, { route, ...over(given) }),
});

export const event = (detailType: string, detail: object) => ({
  id: "e-1",
  "detail-type": detailType,
  time: "2026-06-01T12:00:30Z",
  detail,
});
