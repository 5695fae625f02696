// The middleware of the device management API: the budgets of a location, the page for invited people, and errors in the form of version 1.
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { LOOKUPS_PER_SECOND } from "../../../domain/device-api/mdm-limits.ts";
import { INVITATION_PAGE } from "../../../functions/device-api/invitation-page.ts";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import { serviceConfig } from "../../../functions/device-api/service-config.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { bearerOf } from "../../support/http/ask-mdm.ts";
import { type Host, here, issue, later, makeHost, organize, other } from "../../support/scenarios/scene.ts";

let host: Host;
let bearer: string;
beforeEach(async () => {
  host = makeHost(makeWorld());
  await organize(host);
  bearer = await bearerOf(host, await issue(host));
});

/** One instance of the function, which remembers who was refused. */
const instance = (requestsPerSecond = 15) => {
  const handle = mdm(mdmRoutes(), host.ports, { requestsPerSecond });
  return async (route: string, { headers = {}, query = {} }: { headers?: Record<string, string>; query?: Record<string, string> } = {}) => {
    const [method = "", rawPath = ""] = route.split(" ");
    return handle({
      routeKey: "ANY /mdm/{proxy+}",
      rawPath,
      headers,
      queryStringParameters: query,
      requestContext: { requestId: "r", domainName: "api.example.org", http: { method } },
    });
  };
};
type Ask = ReturnType<typeof instance>;

const assets = (ask: Ask, text = bearer) => ask("GET /mdm/v2/assets", { headers: { authorization: `Bearer ${text}` } });
const lookUp = (ask: Ask, text = bearer) => ask("GET /mdm/v2/lookup", { headers: { cookie: `itvt=${text}` }, query: { id: "361309726" } });
const statusesOf = async (count: number, once: () => ReturnType<Ask>): Promise<readonly number[]> =>
  (await Promise.all(Array.from({ length: count }, once))).map(({ statusCode }) => statusCode);
const countOf = (statuses: readonly number[], status: number): number => statuses.filter((each) => each === status).length;

describe("the budgets of a location", () => {
  test("let 20 name look-ups and 15 requests through in one second, by one instance or several", async () => {
    const [one, another] = [instance(), instance()];
    const [requests, lookups] = await Promise.all([statusesOf(15, () => assets(one)), statusesOf(20, () => lookUp(another))]);
    expect([countOf(requests, 200), countOf(lookups, 200)]).toEqual([15, 20]);
  });

  test("are each at an end by itself: requests at what the deployment says, look-ups at fifty", async () => {
    const ask = instance();
    const lookups = await statusesOf(LOOKUPS_PER_SECOND + 10, () => lookUp(ask));
    expect([countOf(lookups, 200), countOf(lookups, 429)]).toEqual([LOOKUPS_PER_SECOND, 10]);
    const requests = await statusesOf(20, () => assets(ask));
    expect([countOf(requests, 200), countOf(requests, 429)]).toEqual([15, 5]);
    later(host, 1);
    for (const answer of [await lookUp(ask), await assets(ask)]) expect(answer.statusCode).toBe(200);
  });

  test("let as many look-ups through as requests where the deployment allows more of these", async () => {
    const lookups = await statusesOf(LOOKUPS_PER_SECOND + 10, () => lookUp(instance(LOOKUPS_PER_SECOND + 5)));
    expect(countOf(lookups, 200)).toBe(LOOKUPS_PER_SECOND + 5);
  });

  test("are no other location's", async () => {
    const ask = instance();
    const elsewhere = await bearerOf(host, await issue(host, other.id));
    expect(other.id).not.toBe(here.id);
    await statusesOf(LOOKUPS_PER_SECOND, () => lookUp(ask));
    expect([(await lookUp(ask)).statusCode, (await lookUp(ask, elsewhere)).statusCode]).toEqual([429, 200]);
  });
});

describe("the page for invited people", () => {
  const invitation = (query: Record<string, string> = {}) => instance()("GET /mdm/v2/invitation", { query });

  test("is at the address that the service's configuration names, without a token and for any invite code", async () => {
    const { urls } = serviceConfig()("https://api.example.org");
    const { pathname } = new URL(urls.invitationEmail ?? "");
    const digests = new Set<string>();
    for (const inviteCode of ["f551b37da07146628e8dcbe0111f0364", "nobody's", "<script>alert(1)</script>", ""]) {
      const { statusCode, body } = await instance()(`GET ${pathname}`, { query: { inviteCode } });
      expect([inviteCode, statusCode]).toEqual([inviteCode, 200]);
      digests.add(createHash("sha256").update(body).digest("hex"));
    }
    expect(digests.size).toBe(1);
    expect((await invitation()).body).toBe(INVITATION_PAGE);
  });

  test("runs no script, loads nothing, is framed nowhere and keeps the invite code to itself", async () => {
    const { headers } = await invitation({ inviteCode: "x" });
    expect(headers).toEqual({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "public, max-age=3600",
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    expect(INVITATION_PAGE).not.toMatch(/<(script|style|link|img|iframe|form)|\bon\w+=|\b(src|href|style)=/i);
  });

  test("has a language, a title, one main heading and headings in order, and says whom to ask for what", () => {
    expect(INVITATION_PAGE).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(INVITATION_PAGE).toMatch(/<title>[^<]+<\/title>/);
    expect([...INVITATION_PAGE.matchAll(/<h(\d)>/g)].map(([, level]) => level)).toEqual(["1", "2", "2"]);
    expect(INVITATION_PAGE.match(/<main>/g)).toHaveLength(1);
    for (const words of [/Contact the administrators/, /Managed Apple Account/, /Never tell anybody your password/, /managedAppleId/])
      expect(INVITATION_PAGE).toMatch(words);
  });

  test("is logged without its invite code", async () => {
    const lines: string[] = [];
    const log = { ...host.ports.log, info: (...line: unknown[]) => void lines.push(JSON.stringify(line)) };
    await mdm(
      mdmRoutes(),
      { ...host.ports, log },
      { requestsPerSecond: 15 },
    )({
      routeKey: "ANY /mdm/{proxy+}",
      rawPath: "/mdm/v2/invitation",
      rawQueryString: "inviteCode=s3cr3t",
      headers: {},
      queryStringParameters: { inviteCode: "s3cr3t" },
      requestContext: { requestId: "r", http: { method: "GET" } },
    });
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain("s3cr3t");
  });
});

test.each([
  ["GET /mdm/VPPServiceConfigSrv", 9634],
  ["POST /mdm/VPPClientConfigSrv", 9634],
  ["POST /mdm/getVPPAssetsSrv/", 9634],
  ["POST /mdm/v2/getVPPUserSrv", 9634],
  ["GET /mdm/registerVPPUserSrv", 9726],
] as const)("%s is refused in the form of version 1", async (route, errorNumber) => {
  const { statusCode, body } = await instance()(route);
  expect([statusCode, JSON.parse(body)]).toEqual([200, { status: -1, errorNumber, errorMessage: expect.any(String) }]);
});

test.each([
  ["GET /mdm/v2/nothing", 410, 9634],
  ["GET /mdm/getAssignments", 410, 9634],
  ["DELETE /mdm/v2/assets", 405, 9726],
] as const)("%s is refused in the form of version 2", async (route, status, errorNumber) => {
  const { statusCode, body } = await instance()(route);
  expect([statusCode, JSON.parse(body)]).toEqual([status, { errorNumber, errorMessage: expect.any(String) }]);
});
