// Everything that must be refused, over HTTP, on every route: the status, a reason, and records that are as they were.
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_ROUTES, CUSTODY_ROUTES, OPEN_ROUTES } from "../../functions/contract/routes.ts";
import type { Reply } from "../../local/client.ts";
import { signIn } from "../../local/sign-in.ts";
import { operationsOf } from "../../openapi/types.ts";
import { document, operationFor } from "../support/http/answers.ts";
import { callerOf, documented } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";

let host: Host;
let before: Record<string, unknown>[];
beforeAll(async () => {
  host = await startHost();
  before = await host.records();
}, 30_000);
afterAll(async () => {
  // Whatever was asked in this file was refused.
  expect(before.length).toBeGreaterThan(5);
  expect(await host.records()).toEqual(before);
  await removeHost(host);
});

const operationAt = operationFor(document);
const ROUTES = [...ADMIN_ROUTES, ...CUSTODY_ROUTES].filter((route) => !OPEN_ROUTES.includes(route));
const nobody = (kind: string): string => `${kind}_${"0".repeat(26)}`;
const NOBODY = { loc: nobody("loc"), acc: nobody("acc"), ct: nobody("ct"), mdm: nobody("mdm"), cfl: nobody("cfl") };
const MDM_INFO = { id: "7f0c", name: "Jamf", metadata: "jamf.example.org" };
const BY_PATH: Readonly<Record<string, string>> = {
  locations: NOBODY.loc,
  accounts: NOBODY.acc,
  "content-tokens": NOBODY.ct,
  "mdm-servers": NOBODY.mdm,
  conflicts: NOBODY.cfl,
};

const pathOf = (path: string): string => path.replace("{id}", BY_PATH[path.split("/")[2] ?? ""] ?? "").replace("{tokenId}", NOBODY.ct);
const split = (route: string): [method: string, path: string] => {
  const [method = "", path = ""] = route.split(" ");
  return [method, pathOf(path)];
};

const expectProblem = ({ status, body, headers }: Reply, expected: number, reason: string): void => {
  expect([status, body.reason, body.status]).toEqual([expected, reason, expected]);
  expect(headers.get("content-type")).toBe("application/problem+json");
  for (const field of ["type", "title", "detail", "requestId"]) expect(body[field]).toEqual(expect.stringMatching(/./));
};

describe("a bearer that is no good opens no route", () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (): JWTPayload => ({
    sub: "someone",
    iss: `${host.session.identity}/${host.session.userPoolId}`,
    client_id: host.session.clientId,
    token_use: "access",
    auth_time: now(),
    iat: now(),
    exp: now() + 3600,
  });
  const ownKey = () => JSON.parse(readFileSync(join(host.directory, "identity.json"), "utf8")).key;
  const signed = async (over: JWTPayload, header: object = {}): Promise<string> => {
    const key = ownKey();
    return new SignJWT({ ...claims(), ...over })
      .setProtectedHeader({ alg: "RS256", kid: key.kid, ...header })
      .sign(await importJWK(key, "RS256"));
  };
  const forged = async (): Promise<string> => {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: ownKey().kid };
    return new SignJWT(claims()).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(await importJWK(key, "RS256"));
  };

  test("the keys that sign here do open, so that what follows is refused for its own reason", async () => {
    expectProblem(await callerOf(host.session.api, await signed({}))("GET", "/v1/locations"), 403, "unknown_account");
  });

  const BEARERS: readonly [string, () => string | Promise<string>][] = [
    ["none", () => ""],
    ["no token at all", () => "letmein"],
    ["forged by another key under the same kid", forged],
    ["alg none", () => new UnsecuredJWT(claims()).encode()],
    [
      "HMAC with the public modulus as secret",
      () => new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: ownKey().kid }).sign(Buffer.from(ownKey().n)),
    ],
    ["expired", () => signed({ exp: now() - 10 })],
    ["not yet valid", () => signed({ nbf: now() + 600 })],
    ["of another issuer", () => signed({ iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other" })],
    ["for another client", () => signed({ client_id: "another" })],
  ];
  test.each(BEARERS)("%s: 401 as the gateway says it, on every route", async (_, bearer) => {
    const call = callerOf(host.session.api, await bearer());
    for (const route of ROUTES) {
      const { status, body, headers } = await call(...split(route), route.startsWith("GET") ? undefined : {});
      expect([route, status, body]).toEqual([route, 401, { message: "Unauthorized" }]);
      expect(headers.get("www-authenticate")).toContain("Bearer");
    }
  });

  test("an ID token is not an access token, on every route", async () => {
    const call = callerOf(host.session.api, await signed({ token_use: "id", aud: host.session.clientId }));
    for (const route of ROUTES)
      expectProblem(await call(...split(route), route.startsWith("GET") ? undefined : {}), 401, "unauthenticated");
  });

  test("a sign-in without an account opens nothing", async () => {
    const person = { email: "stranger@example.org", password: "a-long-enough-password" };
    await host.service.provider.adopt(person.email, person.password);
    const bearer = await signIn(host.session, person);
    const call = callerOf(host.session.api, bearer ?? "");
    for (const route of ROUTES)
      expectProblem(await call(...split(route), route.startsWith("GET") ? undefined : {}), 403, "unknown_account");
  });
});

describe("a content manager is refused what is not theirs", () => {
  const primary = async (): Promise<string> => {
    const { body } = await host.administrator("GET", "/v1/locations");
    return (body.items as { id: string; primary: boolean }[]).find((each) => each.primary)?.id ?? "";
  };

  test("what is for administrators", async () => {
    const administrator = host.session.accounts.administrator.id;
    const grants = [{ role: "administrator", location: "all" }];
    const asked: readonly [string, string, object?][] = [
      ["PATCH", "/v1/organization", { name: "Mine" }],
      ["POST", "/v1/locations", { name: "Mine" }],
      ["PATCH", `/v1/locations/${await primary()}`, { name: "Mine" }],
      ["DELETE", `/v1/locations/${NOBODY.loc}`],
      ["PUT", "/v1/subscription", { plan: "monthly" }],
      ["GET", "/v1/accounts"],
      ["POST", "/v1/accounts", { subject: "me-too", email: "me@example.org", grants }],
      ["GET", `/v1/accounts/${administrator}`],
      ["PATCH", `/v1/accounts/${administrator}`, { grants: [] }],
      ["PATCH", `/v1/accounts/${host.session.accounts.contentManager.id}`, { grants }],
      ["DELETE", `/v1/accounts/${administrator}`],
      ["POST", `/v1/accounts/${administrator}/invitation`, {}],
      ["GET", `/v1/accounts/${administrator}/removal-preview`],
      ["POST", `/v1/accounts/${administrator}/password-changes`, {}],
      ["GET", `/v1/accounts/${administrator}/password-change-preview`],
      ["POST", `/v1/content-tokens/${NOBODY.ct}/claims`, { mdmInfo: MDM_INFO }],
      ["GET", "/v1/mdm-servers"],
      ["POST", "/v1/mdm-servers", { name: "Mine", vendor: "other" }],
      ["GET", `/v1/mdm-servers/${NOBODY.mdm}`],
      ["PATCH", `/v1/mdm-servers/${NOBODY.mdm}`, { name: "Mine" }],
      ["DELETE", `/v1/mdm-servers/${NOBODY.mdm}`],
      ["POST", `/v1/mdm-servers/${NOBODY.mdm}/credential`, { revokeNow: true }],
      ["GET", "/v1/conflicts"],
      ["POST", `/v1/conflicts/${NOBODY.cfl}/resolution`, { keptBy: NOBODY.mdm, reason: "mine" }],
      ["GET", "/v1/custody-log"],
    ];
    // What the document says is for administrators, and nothing else.
    expect([...new Set(asked.map(([method, path]) => operationAt(method, path)?.key))].toSorted()).toEqual(
      operationsOf(document)
        .flatMap(({ key, operation }) => (operation.security[0]?.account?.[0] === "administrator" ? [key] : []))
        .toSorted(),
    );
    for (const each of asked) expectProblem(await host.contentManager(...each), 403, "not_permitted");
  });

  test("tokens of other locations", async () => {
    const locationId = await primary();
    const { body } = await host.administrator("GET", `/v1/content-tokens?locationId=${locationId}`);
    const token = (body.items as { id: string }[])[0]?.id;
    expect(token).toMatch(/^ct_/);
    const file = Buffer.from("anything").toString("base64");
    const asked: readonly [string, string, object?][] = [
      ["GET", `/v1/locations/${locationId}`],
      ["GET", `/v1/content-tokens?locationId=${locationId}`],
      ["GET", `/v1/content-tokens/${token}`],
      ["POST", "/v1/content-tokens", { locationId }],
      ["POST", "/v1/content-tokens/import", { locationId, fileName: "x.vpptoken", file }],
      ["POST", `/v1/content-tokens/${token}/downloads`],
      ["POST", `/v1/content-tokens/${token}/revocation`, { reason: "mine now" }],
      ["POST", `/v1/content-tokens/${token}/check`, {}],
      ["POST", `/v1/content-tokens/${token}/password-change-reports`, { occurredAt: new Date().toISOString(), evidence: "mine now" }],
      ["GET", `/v1/licenses?locationId=${locationId}`],
      ["POST", "/v1/licenses", { locationId, adamId: "1", productType: "App", quantity: 1 }],
      ["PATCH", "/v1/licenses", { locationId, adamId: "1", name: "Mine" }],
      ["POST", "/v1/licenses/import", { locationId, csv: "adamId,productType,quantity", dryRun: true }],
      ["POST", "/v1/license-transfers", { fromLocationId: locationId, toLocationId: NOBODY.loc, adamId: "1", quantity: 1 }],
      ["GET", `/v1/license-transfers?locationId=${locationId}`],
      ["GET", `/v1/assignments?locationId=${locationId}`],
      ["POST", "/v1/assignments", { locationId, adamId: "1", serialNumbers: ["A"] }],
      ["POST", "/v1/assignments/removals", { locationId, adamId: "1", serialNumbers: ["A"] }],
      ["POST", "/v1/assignments/retirements", { locationId, clientUserIds: ["u"] }],
      ["GET", `/v1/content-tokens/${token}/history`],
      ["PUT", `/v1/mdm-servers/${NOBODY.mdm}/links/${token}`, {}],
      ["DELETE", `/v1/mdm-servers/${NOBODY.mdm}/links/${token}`],
    ];
    for (const each of asked) expectProblem(await host.contentManager(...each), 403, "not_permitted");
    const listed = await host.contentManager("GET", "/v1/content-tokens");
    expect((listed.body.items as { locationId: string }[]).map((each) => each.locationId)).not.toContain(locationId);
  });
});

describe("bad input is refused with a reason", () => {
  const raw = async (method: string, path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Reply> => {
    const authorization = `Bearer ${host.session.accounts.administrator.bearer}`;
    const all = { authorization, "content-type": "application/json", ...headers };
    const answer = await fetch(`${host.session.api}${path}`, { method, headers: all, body });
    return documented(method, path, { status: answer.status, body: JSON.parse(await answer.text()), headers: answer.headers });
  };
  const WRITES = ROUTES.filter((route) => /^(POST|PATCH)/.test(route));

  test.each(WRITES)("%s: what is not JSON, not an object, of another type, or not asked for", async (route) => {
    const [method, path] = split(route);
    expectProblem(await raw(method, path, "{"), 400, "malformed_json");
    expectProblem(await raw(method, path, Buffer.from([0x7b, 0xff, 0x7d])), 400, "malformed_json");
    const latin1 = Buffer.from('{"name":"Z\xfcrich"}', "latin1");
    for (const type of ["application/json", "application/x-www-form-urlencoded"])
      expectProblem(await raw(method, path, latin1, { "content-type": type }), 400, "malformed_json");
    for (const body of ["[]", '"text"', "1", '{"nobody":"asked"}']) expectProblem(await raw(method, path, body), 400, "invalid_input");
    expectProblem(await raw(method, path, JSON.stringify({ pad: "x".repeat(200 * 1024) })), 413, "body_too_large");
  });

  test.each(ROUTES.filter((route) => route.includes("{id}")))("%s: an identifier that is none, or nobody's", async (route) => {
    const [method, path] = split(route);
    const bodies: Record<string, object> = {
      "PATCH /v1/locations/{id}": { name: "New" },
      "PATCH /v1/accounts/{id}": { grants: [] },
      "POST /v1/content-tokens/{id}/revocation": { reason: "lost" },
      "POST /v1/content-tokens/{id}/password-change-reports": { occurredAt: "2026-01-01T00:00:00Z" },
      "POST /v1/content-tokens/{id}/claims": { mdmInfo: MDM_INFO },
      "POST /v1/conflicts/{id}/resolution": { keptBy: NOBODY.mdm, reason: "in use" },
    };
    const body = method === "GET" || method === "DELETE" ? undefined : (bodies[route] ?? {});
    expectProblem(await host.administrator(method, path, body), 404, "not_found");
    for (const wrong of ["1", "loc_x", "..%2f..", "%00", "a'b", "ct_%F0%9F%92%A9", "%ff"])
      expectProblem(await host.administrator(method, path.replace(/(loc|acc|ct|mdm|cfl)_0+/, wrong), body), 400, "invalid_input");
  });

  test.each(["locations", "accounts", "mdm-servers", "conflicts", "content-tokens", "license-transfers", "custody-log"])(
    "a cursor of /v1/%s that holds half of a character",
    async (list) => {
      const place = { pk: "\ud800", sk: "x", sortKey: "x", subject: "\ud800", seq: 1, timeKey: "x", list: "all", after: "\ud800" };
      const after = Buffer.from(JSON.stringify(place)).toString("base64url");
      expectProblem(await host.administrator("GET", `/v1/${list}?after=${after}`), 400, "invalid_input");
    },
  );

  test.each(["?limit=0", "?limit=1.5", "?limit=101", "?limit=x", "?after=x", "?after=", "?after=e30", "?state=good", "?nobody=asked"])(
    "a list with %s",
    async (query) => {
      expectProblem(await host.administrator("GET", `/v1/content-tokens${query}`), 400, "invalid_input");
    },
  );

  test.each([
    ["a half character", "A\ud800"],
    ["a control character", "A\u0000B"],
    ["a line break", "A\nB"],
    ["white space alone", "  "],
    ["nothing", ""],
    ["too much", "x".repeat(101)],
  ])("a name with %s", async (_, name) => {
    expectProblem(await host.administrator("POST", "/v1/locations", { name }), 400, "invalid_input");
    expectProblem(await host.administrator("PATCH", "/v1/organization", { name }), 400, "invalid_input");
  });

  test("a grant for a location that is not there", async () => {
    const grants = [{ role: "content-manager", location: NOBODY.loc }];
    const { contentManager } = host.session.accounts;
    expectProblem(await host.administrator("POST", "/v1/accounts", { subject: "new", email: "a@example.org", grants }), 404, "not_found");
    expectProblem(await host.administrator("PATCH", `/v1/accounts/${contentManager.id}`, { grants }), 404, "not_found");
  });

  test("a subject or a reason with a half character", async () => {
    const half = "A\ud800";
    expectProblem(await host.administrator("POST", "/v1/accounts", { subject: half, email: "a@example.org" }), 400, "invalid_input");
    expectProblem(await host.administrator("POST", `/v1/content-tokens/${NOBODY.ct}/revocation`, { reason: half }), 400, "invalid_input");
  });

  test.each([
    [{ "if-match": "3" }, "PATCH", "/v1/organization", { name: "New" }, 400, "invalid_input"],
    [{ "if-match": '"999"' }, "PATCH", "/v1/organization", { name: "New" }, 412, "version_mismatch"],
    [{ "idempotency-key": "a b" }, "POST", "/v1/content-tokens", { locationId: NOBODY.loc }, 400, "invalid_input"],
  ] as const)("headers %j", async (headers, method, path, body, status, reason) => {
    expectProblem(await host.administrator(method, path, body, headers), status, reason);
  });

  test("a body beyond the gateway's ten megabytes, as the gateway says it", async () => {
    const { status, body } = await raw("POST", "/v1/content-tokens", Buffer.alloc(10 * 1024 * 1024 + 1, 0x20));
    expect([status, body]).toEqual([413, { message: "Request Entity Too Large" }]);
  });
});

test("a path or method that is no route: 404 as the gateway says it", async () => {
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/v1"],
    ["GET", "/v1/content-tokens/"],
    ["PUT", "/v1/organization"],
    ["GET", "/v2/health"],
    ["GET", "/v1/health/x"],
  ] as const) {
    const { status, body } = await host.administrator(method, path);
    expect([path, status, body]).toEqual([path, 404, { message: "Not Found" }]);
  }
});

test("a request under another host's name is refused by every part: a page elsewhere must not reach them through a browser", async () => {
  const { api, identity, endpoints } = host.session;
  const statuses = await Promise.all(
    [api, identity, endpoints.s3, endpoints.sqs, endpoints.lambda].map(
      (url) =>
        new Promise<[string, number | undefined]>((resolve, reject) => {
          const asked = request(`${url}/v1/health`, { headers: { host: "evil.example:80" } }, (answer) => {
            answer.resume();
            resolve([url, answer.statusCode]);
          });
          asked.once("error", reject).end();
        }),
    ),
  );
  expect(statuses.map(([, status]) => status)).toEqual([403, 403, 403, 403, 403]);
});

test("health and the API's document answer anybody", async () => {
  const answer = await fetch(`${host.session.api}/v1/health`);
  expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  const told = await fetch(`${host.session.api}/v1/openapi.json`);
  expect([told.status, told.headers.get("content-type"), await told.json()]).toEqual([200, "application/json", document]);
});
