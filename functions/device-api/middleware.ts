// Middleware of the device management API: who asks is told by the content token alone. What is refused is a number, which MDM servers branch on; what fails
// otherwise is told to the log, never to the caller.
import { type MdmErrorNumber, MdmRefusal, statusOfNumber } from "../../domain/device-api/mdm-error.ts";
import { LOOKUPS_PER_SECOND } from "../../domain/device-api/mdm-limits.ts";
import { type Reason, Refusal } from "../../domain/shared/refusal.ts";
import { secondsSince } from "../../domain/shared/time.ts";
import { noting, type UsePorts } from "../mdm-servers/record-use.ts";
import type { Answer } from "../middleware/http.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";
import { type Address, assertJson, baseOf, bearerTextOf, bodyOf, cookieTextOf, MdmEvent } from "../middleware/mdm-event.ts";
import type { TokenBearer } from "../middleware/mdm-handler.ts";
import type { MdmRoute, OpenMdmRoute, PageMdmRoute } from "../middleware/mdm-route.ts";
import type { Ports } from "../ports/ports.ts";
import { assertMayManage, bearerOf } from "../tokens/authenticate.ts";

export type MdmRoutes<Needs extends keyof Ports> = Readonly<Record<string, MdmRoute<Needs> | OpenMdmRoute | PageMdmRoute>>;

/** What rules that people's routes share refuse for, as MDM servers are told it. All else is a failure of this service here. */
const NUMBERS: Readonly<Partial<Record<Reason, MdmErrorNumber>>> = { busy: 9643, location_reserved: 9645, location_closed: 9625 };

const refusalOf = (error: unknown): MdmRefusal => {
  if (error instanceof MdmRefusal) return error;
  return new MdmRefusal((error instanceof Refusal ? NUMBERS[error.reason] : undefined) ?? 9603);
};

const answer = (statusCode: number, body: object, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: JSON.stringify(body),
});

/** A page runs, loads and sends nothing and can't be framed. Sites that it links to do not receive its address, which holds an invite code. */
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "public, max-age=3600",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const pageAnswer = (page: string): Answer => ({ statusCode: 200, headers: PAGE_HEADERS, body: page });

/** Paths of version 1 end in Srv. Its clients recognize an error by `status`, also on a path or with a method that this service does not have. */
const versionOf = ({ rawPath }: MdmEvent): 1 | undefined => (/Srv\/*$/.test(rawPath) ? 1 : undefined);

const refused = ({ error, retrySeconds }: MdmRefusal, version: 1 | undefined): Answer => {
  if (version === 1) return answer(200, { status: -1, ...error });
  return answer(statusOfNumber(error.errorNumber), error, retrySeconds === undefined ? {} : { "retry-after": String(retrySeconds) });
};

/** The route; refuses with 9726 a method that the path does not know, and with 9634 a path that there is not. */
const routeOf = <Needs extends keyof Ports>(routes: MdmRoutes<Needs>, { rawPath, requestContext }: MdmEvent) => {
  const path = rawPath.replace(/\/+$/, "");
  const key = `${requestContext.http.method} ${path}`;
  const found = routes[key];
  if (found !== undefined) return { key, route: found };
  if (Object.keys(routes).some((other) => other.split(" ")[1] === path)) throw new MdmRefusal(9726);
  throw new MdmRefusal(9634, { detail: "There is no such endpoint." });
};

type DoorPorts = UsePorts & Pick<Ports, "bearers" | "rates" | "now" | "log">;

/** Which second each location was last refused in: until it is over, nobody has to ask the table. */
const pacing = (what: "requests" | "lookups", most: number, { rates, now }: Pick<Ports, "rates" | "now">) => {
  const full = new Map<string, number>();
  return async ({ location: { id } }: TokenBearer): Promise<void> => {
    const second = secondsSince(new Date(0), now());
    if (full.get(id) !== second && (await rates.take(id, what, { seconds: 1, number: second }, most))) return;
    for (const [location, past] of full) if (past !== second) full.delete(location);
    full.set(id, second);
    throw new MdmRefusal(9646);
  };
};

type Options = Address & { readonly requestsPerSecond: number };

/** The Lambda handler: `routes` by method and path. */
export const mdm = <Needs extends keyof Ports>(
  routes: MdmRoutes<Needs>,
  ports: Pick<Ports, Needs> & DoorPorts,
  { requestsPerSecond, ...address }: Options,
): ((event: unknown) => Promise<Answer>) => {
  const { log } = ports;
  const assertPaced = {
    requests: pacing("requests", requestsPerSecond, ports),
    lookups: pacing("lookups", Math.max(LOOKUPS_PER_SECOND, requestsPerSecond), ports),
  };
  const noteUse = noting(ports);

  const bodyFor = async (key: string, route: MdmRoute<Needs>, event: MdmEvent): Promise<object> => {
    const isRead = key.startsWith("GET ");
    if (route.token === "body") assertJson(event);
    const asked = route.token === "body" ? bodyOf(event) : undefined;
    const text = { cookie: cookieTextOf, body: () => tokenIn(asked), header: bearerTextOf }[route.token ?? "header"](event);
    const caller = await bearerOf(text, ports);
    await assertPaced[route.budget ?? "requests"](caller);
    if (!isRead) assertJson(event);
    if (route.manages) assertMayManage(caller);
    const noted = noteUse(caller, key);
    try {
      return await route.answer(caller, asked ?? (isRead ? event.queryStringParameters : bodyOf(event)), baseOf(event, address), ports);
    } finally {
      // An instance that is frozen in between would finish it at its next request.
      await noted;
    }
  };

  const reply = async (raw: unknown): Promise<Answer> => {
    const event = MdmEvent.parse(raw);
    const fields = { requestId: event.requestContext.requestId };
    let served: { readonly key: string; readonly route: MdmRoutes<Needs>[string] } | undefined;
    try {
      served = routeOf(routes, event);
      const { key, route } = served;
      const made =
        "page" in route
          ? pageAnswer(route.page)
          : answer(200, "open" in route ? route.open(baseOf(event, address)) : await bodyFor(key, route, event));
      log.info("answered", { ...fields, route: key, status: 200 });
      return made;
    } catch (error) {
      const refusal = refusalOf(error);
      const { errorNumber } = refusal.error;
      const route = served?.key ?? "none";
      if (errorNumber === 9603) {
        log.error("failed", error, { ...fields, route });
        // Answered, the run counts as none that failed: the alarm listens to this instead.
        log.count("RequestsFailed", 1);
      } else log.info("refused", { ...fields, route, errorNumber });
      return refused(refusal, versionOf(event));
    }
  };
  return lambdaHandler(reply);
};

/** Where version 1 has it. Refuses with 9622, as what is no token is. */
const tokenIn = (body: object | undefined): string => {
  const text = body !== undefined && "sToken" in body ? body.sToken : undefined;
  if (typeof text !== "string") throw new MdmRefusal(9622);
  return text;
};
