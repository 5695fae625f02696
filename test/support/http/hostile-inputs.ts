// Values that no honest client sends, and for each operation of the API's document a request that is accepted, in which a test replaces one value at a time.
import fc from "fast-check";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import { http } from "../../../functions/middleware/http.ts";
import { adminRoutes } from "../../../functions/routes/admin-routes.ts";
import { custodyRoutes } from "../../../functions/routes/custody-routes.ts";
import { isOfDeviceApi } from "../../../openapi/mdm-operations.ts";
import { type Document, type Operation, operationsOf } from "../../../openapi/types.ts";
import { importToken } from "../scenarios/apple.ts";
import { call, fileOf, type Host, here, issue, link, manager, other, register } from "../scenarios/scene.ts";
import { bearerOf } from "./ask-mdm.ts";

/** UTF-16 code units in any order, so that most surrogates are unpaired. */
const codeUnits = fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe010 }).map((code) => String.fromCharCode(code)), maxLength: 8 });
const anyText = fc.string({ unit: "binary", maxLength: 40 });
const field = fc.oneof(
  codeUnits,
  anyText,
  fc.constant("\ud800"),
  fc.constant("\0"),
  fc.constant("x".repeat(1024)),
  fc.constant("é".repeat(1000)),
);

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Cursors with the fields of every list of this service, and with other JSON. */
const cursors = fc.oneof(
  fc.record({ pk: field, sk: field, sortKey: field }).map(base64),
  fc.record({ pk: field, sk: field }).map(base64),
  fc.record({ subject: field, seq: fc.integer(), timeKey: field }).map(base64),
  fc.record({ list: fc.oneof(field, fc.constantFrom("all", here.id)), after: field }).map(base64),
  fc
    .record({
      asset: fc.record({ locationId: fc.constant(here.id), adamId: fc.constant("361309726"), pricingParam: fc.constant("STDQ") }),
      after: field,
    })
    .map(base64),
  fc.record({ last: field }).map(base64),
  fc.json().map((text) => Buffer.from(text).toString("base64url")),
  fc.constant("eyJwayI6ICJcdWQ4MDAiLCAic2siOiAieCIsICJzb3J0S2V5IjogIngifQ"),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
);

/** Tried in every place, beside what is made up at random. */
export const ALWAYS_TRIED: readonly string[] = [
  "",
  "\ud800",
  "a\udc00",
  "\0",
  "%ED%A0%80",
  "\u200b",
  "../..",
  "-1",
  "1e999",
  "9".repeat(400),
  "NaN",
  "null",
  "__proto__",
  "y".repeat(20_000),
  "é".repeat(1000),
  "eyJwayI6ICJcdWQ4MDAiLCAic2siOiAieCIsICJzb3J0S2V5IjogIngifQ",
];

export const hostileTexts = fc.oneof(
  { weight: 3, arbitrary: cursors },
  { weight: 2, arbitrary: field },
  { weight: 1, arbitrary: fc.uuid() },
);

export type Sample = {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** In place of the JSON of `body`. */
  readonly raw?: { readonly body: string; readonly isBase64Encoded: boolean };
};

export type Prepared = {
  readonly token: string;
  /** A token that Apple issued. */
  readonly imported: string;
  readonly bearer: string;
  readonly server: string;
  readonly credential: string;
  readonly conflict: string;
};

/** A location with a token that two MDM servers are linked to, an imported one, and licenses. */
export const prepare = async (host: Host): Promise<Prepared> => {
  const { ports, clock } = host;
  const token = await issue(host);
  const imported = await importToken(host, "imported");
  const first = await register(host, "Fleet");
  const second = await register(host, "Zentral");
  await link(host, first.id, token);
  const { body } = await link(host, second.id, token);
  const licenses = { locationId: here.id, adamId: "361309726", productType: "App", quantity: 5 };
  await call(ports, clock.now, { route: "POST /v1/licenses", body: licenses });
  await call(ports, clock.now, {
    route: "POST /v1/assignments",
    body: { locationId: here.id, adamId: "361309726", serialNumbers: ["S1", "S2"] },
  });
  return {
    token,
    imported,
    bearer: await bearerOf(host, token),
    server: first.id,
    credential: first.credential,
    conflict: body.conflictId,
  };
};

const asset = { locationId: here.id, adamId: "361309726", pricingParam: "STDQ" };
const targets = { serialNumbers: ["S9"], clientUserIds: ["u-9"] };
const users = { users: [{ clientUserId: "u-9", email: "u9@example.org", managedAppleId: "u9@example.org" }] };
const CSV = "adamId,productType,quantity\n361309726,App,1\n";

/** By the operation's key. Operations that take no value of a client's choice have none. */
export const samplesFor = ({ token, imported, server, bearer, conflict }: Prepared): Readonly<Record<string, Sample>> => {
  const ofToken = { path: { id: token } };
  const ofServer = { path: { id: server } };
  const ofAccount = { path: { id: manager.id } };
  const ofLocation = { path: { id: other.id } };
  const list: Sample = { query: { limit: "1" } };
  const registration: Sample = {
    body: { sToken: bearer, clientUserIdStr: "u-8", managedAppleIDStr: "u8@example.org", email: "u8@example.org" },
  };
  return {
    "PATCH /v1/organization": { body: { name: "Pretendco", reminderLadder: [30, 1], renewalOverlapDays: 30 } },
    "GET /v1/locations": list,
    "POST /v1/locations": { body: { name: "Third" } },
    "GET /v1/locations/{id}": ofLocation,
    "PATCH /v1/locations/{id}": { ...ofLocation, body: { name: "New", appleUId: "1", appleOrgName: "P" } },
    "DELETE /v1/locations/{id}": ofLocation,
    "GET /v1/accounts": list,
    "POST /v1/accounts": {
      body: { subject: "s", email: "s@example.org", grants: [{ role: "administrator", location: "all" }], dedicated: false },
    },
    "GET /v1/accounts/{id}": ofAccount,
    "PATCH /v1/accounts/{id}": { ...ofAccount, body: { grants: [], dedicated: false, enabled: true } },
    "DELETE /v1/accounts/{id}": ofAccount,
    "POST /v1/accounts/{id}/invitation": ofAccount,
    "GET /v1/accounts/{id}/removal-preview": ofAccount,
    "POST /v1/accounts/{id}/password-changes": { ...ofAccount, body: { occurredAt: "2026-06-01T12:00:00Z" } },
    "GET /v1/accounts/{id}/password-change-preview": ofAccount,
    "GET /v1/content-tokens": { query: { locationId: here.id, state: "active", limit: "1" } },
    "POST /v1/content-tokens": { body: { locationId: other.id } },
    "GET /v1/content-tokens/{id}": ofToken,
    "GET /v1/content-tokens/{id}/history": { ...ofToken, ...list },
    "POST /v1/content-tokens/{id}/claims": { ...ofToken, body: { mdmInfo: { id: "i", name: "n", metadata: "m" }, mdmServerId: server } },
    "POST /v1/content-tokens/import": {
      body: {
        locationId: other.id,
        fileName: "a.vpptoken",
        file: fileOf("x"),
        downloadedBy: manager.id,
        managedAppleAccount: "apps@example.org",
        appleUId: "1",
        force: { reason: "r" },
      },
    },
    "POST /v1/content-tokens/{id}/downloads": { ...ofToken, body: { linkSeconds: 60 } },
    "POST /v1/content-tokens/{id}/revocation": { ...ofToken, body: { reason: "lost" } },
    "POST /v1/content-tokens/{id}/check": { path: { id: imported } },
    "POST /v1/content-tokens/{id}/password-change-reports": {
      path: { id: imported },
      body: { occurredAt: "2026-06-01T12:00:00Z", evidence: "an MDM server answers 9625" },
    },
    "GET /v1/mdm-servers": list,
    "POST /v1/mdm-servers": { body: { name: "Third", vendor: "other" } },
    "GET /v1/mdm-servers/{id}": ofServer,
    "PATCH /v1/mdm-servers/{id}": { ...ofServer, body: { name: "Fleet", vendor: "fleet" } },
    "DELETE /v1/mdm-servers/{id}": ofServer,
    "PUT /v1/mdm-servers/{id}/links/{tokenId}": { path: { id: server, tokenId: token } },
    "DELETE /v1/mdm-servers/{id}/links/{tokenId}": { path: { id: server, tokenId: token } },
    "POST /v1/mdm-servers/{id}/credential": { ...ofServer, body: { revokeNow: false } },
    "GET /v1/conflicts": list,
    "POST /v1/conflicts/{id}/resolution": { path: { id: conflict }, body: { keptBy: server, reason: "moved" } },
    "PUT /v1/subscription": { body: { plan: "none", primaryInUse: true } },
    "GET /v1/licenses": { query: { locationId: here.id, limit: "1" } },
    "POST /v1/licenses": {
      body: {
        ...asset,
        productType: "App",
        name: "n",
        bundleId: "b",
        quantity: 1,
        deviceAssignable: true,
        revocable: true,
        supportedPlatforms: ["iOS"],
      },
    },
    "PATCH /v1/licenses": { body: { ...asset, name: "n", bundleId: "b", supportedPlatforms: ["iOS"] } },
    "POST /v1/licenses/import": { headers: { "idempotency-key": "k" }, body: { locationId: here.id, csv: CSV, dryRun: false } },
    "GET /v1/license-transfers": { query: { locationId: here.id, limit: "1" } },
    "POST /v1/license-transfers": {
      body: { fromLocationId: here.id, toLocationId: other.id, adamId: "361309726", pricingParam: "STDQ", quantity: 1, dryRun: true },
    },
    "GET /v1/assignments": { query: { locationId: here.id, limit: "1" } },
    "POST /v1/assignments": { body: { ...asset, ...targets } },
    "POST /v1/assignments/removals": { body: { ...asset, ...targets } },
    "POST /v1/assignments/retirements": { body: { locationId: here.id, clientUserIds: ["u-9"] } },
    "GET /v1/custody-log": { query: { limit: "1" } },
    "GET /v1/fetch/content-token": { query: {}, headers: { "if-none-match": '"a"' } },
    "POST /mdm/v2/client/config": {
      body: {
        mdmInfo: { id: "i", name: "n", metadata: "m" },
        notificationUrl: "https://127.0.0.1/n",
        notificationAuthToken: "t",
        notificationTypes: ["ASSET_COUNT"],
      },
    },
    "GET /mdm/v2/assets": {},
    "GET /mdm/v2/assignments": {},
    "GET /mdm/v2/lookup": { query: { id: "361309726" } },
    "POST /mdm/v2/assets/associate": { body: { assets: [{ adamId: "361309726", pricingParam: "STDQ" }], ...targets } },
    "POST /mdm/v2/assets/disassociate": { body: { assets: [{ adamId: "361309726", pricingParam: "STDQ" }], ...targets } },
    "POST /mdm/v2/assets/revoke": { body: targets },
    "GET /mdm/v2/status": { query: { eventId: "00000000-0000-4000-8000-000000000000" } },
    "GET /mdm/v2/users": {},
    "POST /mdm/v2/users/create": { body: users },
    "POST /mdm/v2/users/update": { body: users },
    "POST /mdm/v2/users/retire": { body: { users: [{ clientUserId: "u-9" }] } },
    "POST /mdm/registerVPPUserSrv": registration,
    "POST /mdm/v2/registerVPPUserSrv": registration,
  };
};

/** Operations of the document that take a value from the client, beside its bearer. */
export const operationsWithInput = (document: Document): readonly { readonly key: string; readonly operation: Operation }[] =>
  operationsOf(document).filter(({ operation }) => (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined);

const FETCH = "GET /v1/fetch/content-token";

/** Sends a request as the gateway hands it to the functions. The answer of the device API is read for its status alone. */
export const sender = ({ ports, clock }: Host, { bearer, credential }: Prepared) => {
  const people = http({ ...adminRoutes, ...custodyRoutes }, ports);
  const servers = mdm(mdmRoutes(), ports, { requestsPerSecond: 1_000_000 });
  return async (
    key: string,
    { path = {}, query = {}, headers = {}, body, raw }: Sample,
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const [method = "", template = ""] = key.split(" ");
    const isDevice = isOfDeviceApi(key);
    const authorization = isDevice ? `Bearer ${bearer}` : key === FETCH ? `Bearer ${credential}` : "";
    const claims = { sub: "ada", token_use: "access", auth_time: String(Math.floor(clock.now.getTime() / 1000)) };
    const event = {
      routeKey: isDevice ? "ANY /mdm/{proxy+}" : key,
      rawPath: template,
      headers: { authorization, "content-type": "application/json", accept: "application/json", ...headers },
      pathParameters: path,
      queryStringParameters: query,
      ...(raw ?? (body === undefined ? {} : { body: JSON.stringify(body) })),
      requestContext: { requestId: "r", domainName: "api.example.org", http: { method }, authorizer: { jwt: { claims } } },
    };
    const answer = await (isDevice ? servers : people)(event);
    return { status: answer.statusCode, text: answer.body };
  };
};

/** Every way to put `value` in place of one value of `given`, however deep. */
export const replacements = (given: unknown, value: unknown): unknown[] => {
  if (Array.isArray(given))
    return [value, ...given.flatMap((each, index) => replacements(each, value).map((changed) => given.with(index, changed)))];
  if (typeof given !== "object" || given === null) return [value];
  return [
    value,
    ...Object.entries(given).flatMap(([name, each]) => replacements(each, value).map((changed) => ({ ...given, [name]: changed }))),
  ];
};
