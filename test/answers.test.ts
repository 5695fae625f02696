// The check of answers sees what is wrong: every e2e test and every test of the API rests on it.
import { describe, expect, test } from "vitest";
import { type Answered, document, operationFor, undocumented } from "./support/http/answers.ts";

const location = { id: `loc_${"0".repeat(26)}`, name: "Pretendco", uId: "1000000000000001", primary: true };
const problem = { type: "urn:x", title: "Not found", status: 404, detail: "There is none.", reason: "not_found", requestId: "r-1" };
const path = `/v1/locations/${location.id}`;

type Over = { status?: number; type?: string; etag?: string | undefined; body?: unknown };

const complaints = ({ status = 200, type = "application/json", etag = '"1"', body = location }: Over): string[] => {
  const headers = new Headers({ "content-type": type, ...(etag === "" ? {} : { etag }) });
  const answered: Answered = { status, headers, body };
  return undocumented(document)("GET", path, answered);
};
const refusal = (over: object) => complaints({ status: 404, type: "application/problem+json", etag: "", body: { ...problem, ...over } });

test("what is as documented is no complaint", () => {
  expect(complaints({})).toEqual([]);
  expect(refusal({})).toEqual([]);
});

test.each([
  ["a field too many", { body: { ...location, extra: 1 } }, "extra is not documented"],
  ["a field too few", { body: { id: location.id, name: "x", uId: location.uId } }, "primary is missing"],
  ["another type", { body: { ...location, primary: "yes" } }, "primary is string instead of boolean"],
  ["a text that does not match", { body: { ...location, id: "loc_1" } }, "id does not match"],
  ["a text that is too long", { body: { ...location, name: "x".repeat(101) } }, "name has 101 characters"],
  ["another status", { status: 201 }, "201 is not documented"],
  ["another content type", { type: "text/html" }, "is text/html instead of application/json"],
  ["no ETag", { etag: "" }, "bears no ETag"],
  ["an ETag without its quotes", { etag: "1" }, "ETag does not match"],
  ["nothing", { body: null }, "body is null instead of object"],
])("%s is one", (_, over, words) => {
  expect(complaints(over)).toEqual([expect.stringContaining(words)]);
});

test.each([
  ["a reason that the route does not give", { reason: "own_account" }],
  ["a status of its own", { status: 400 }],
  ["a field too many", { secret: "x" }],
])("so is a refusal with %s", (_, over) => {
  expect(refusal(over)).toHaveLength(1);
});

test("a field too many is seen in what extends a named schema, and in lists", () => {
  const page = undocumented(document)("GET", "/v1/locations", {
    status: 200,
    headers: new Headers({ "content-type": "application/json" }),
    body: { items: [{ ...location, extra: 1 }] },
  });
  expect(page).toEqual(["GET /v1/locations 200: body.items[0].extra is not documented"]);
  const link = { url: "https://example.org/x", expiresAt: "2026-06-01T12:00:00.000Z", fileName: "x", sha256: "0", extra: 1 };
  const given = undocumented(document)("POST", `/v1/content-tokens/ct_${"0".repeat(26)}/downloads`, {
    status: 201,
    headers: new Headers({ "content-type": "application/json" }),
    body: { ...link, advice: "Use another account." },
  });
  expect(given).toEqual(["POST /v1/content-tokens/{id}/downloads 201: body.extra is not documented"]);
});

test("where there is no route, only the gateway's own 404 is none", () => {
  const at = (status: number, body: unknown) => undocumented(document)("GET", "/v2", { status, headers: new Headers(), body });
  expect(at(404, { message: "Not Found" })).toEqual([]);
  expect(at(200, {})).toEqual(["GET /v2 200: 200 where there is no route"]);
});

describe("an answer of the device API", () => {
  const token = { uId: "1000000000000001", tokenExpirationDate: "2030-11-08T22:33:22+0000" };
  const config = { countryISO2ACode: "US", defaultPlatform: "enterprisestore", locationName: "x", subscribedNotificationTypes: [] };
  const shown = { ...token, ...config, websiteURL: "https://business.apple.com" };
  const error = (errorNumber: number, over = {}) => ({ errorNumber, errorMessage: "no", ...over });
  const found = (status: number, body: unknown, route = "GET /mdm/v2/client/config", headers = {}) => {
    const [method = "", at = ""] = route.split(" ");
    return undocumented(document)(method, at, { status, headers: new Headers({ "content-type": "application/json", ...headers }), body });
  };
  const V1 = "POST /mdm/registerVPPUserSrv";

  test("may be what is asked for, or an error with a number of this route at its status", () => {
    expect(found(200, shown)).toEqual([]);
    expect(found(200, error(9622))).toEqual([]);
    expect(found(401, error(9625))).toEqual([]);
    expect(found(429, error(9646), undefined, { "retry-after": "1" })).toEqual([]);
    expect(found(429, { message: "Too Many Requests" })).toEqual([]);
    expect(found(200, shown, "GET /mdm/v2/client/config/")).toEqual([]);
    expect(found(200, error(9625, { status: -1 }), V1)).toEqual([]);
  });

  test.each([
    ["a field too many", 200, { ...shown, apnToken: "x" }, undefined, "apnToken is not documented"],
    ["nothing of what every answer bears", 200, { ...shown, uId: undefined }, undefined, "uId is undefined"],
    ["another number with status 200", 200, error(9625), undefined, "nothing of what it may be"],
    ["a number at another status", 400, error(9625), undefined, "errorNumber is none of"],
    ["another route's number", 400, error(9708), undefined, "errorNumber is none of"],
    ["the status of version 1 in version 2", 401, error(9625, { status: -1 }), undefined, "status is not documented"],
    ["an error of version 1 without its status", 200, error(9625), V1, "status is missing"],
    ["an error of version 1 with a status of HTTP", 401, error(9625), V1, "401 is not documented"],
    ["a success where all is refused", 200, token, "GET /mdm/v2/subscriptions", "errorNumber is missing"],
  ])("with %s is a complaint", (_, status, body, route, words) => {
    expect(found(status, body, route).join()).toContain(words);
  });

  test("says when to ask again where it is documented, and nowhere else", () => {
    expect(found(401, error(9625), undefined, { "retry-after": "1" }).join()).toContain("bears Retry-After, which is not documented");
  });

  test("has a number for a path that there is not, and for a method that the path does not have", () => {
    expect(found(410, error(9634), "GET /mdm/v2/nothing")).toEqual([]);
    expect(found(405, error(9726), "DELETE /mdm/v2/users")).toEqual([]);
    expect(found(405, error(9726), "GET /mdm/v2/nothing")).toHaveLength(1);
    expect(found(410, error(9634), "DELETE /mdm/v2/users")).toHaveLength(1);
    expect(found(404, { message: "Not Found" }, "GET /mdm/v2/nothing")).toHaveLength(1);
    expect(found(410, error(9634, { extra: 1 }), "GET /mdm/v2/nothing")).toHaveLength(1);
  });
});

test("a path without a variable goes before one with it", () => {
  const find = operationFor(document);
  expect(find("POST", "/v1/content-tokens/import")?.operation.operationId).toBe("importContentToken");
  expect(find("GET", "/v1/content-tokens/ct_1?x=y")?.key).toBe("GET /v1/content-tokens/{id}");
  expect(find("PUT", "/v1/organization")).toBeUndefined();
});
