// What opens the device management API and what does not: the text of a token's file in all forms in which it may come, and tokens that ended, at the very
// next request.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTokenFile } from "../../domain/tokens/token-file.ts";
import type { Caller } from "../../local/client.ts";
import { signIn } from "../../local/sign-in.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { askedOddly, issued, must, type Place, placeOf, revoke, setByHand } from "./mdm-scene.ts";

const V2 = "/mdm/v2";

let host: Host;
let place: Place;
let primary: { locationId: string; text: string };
beforeAll(async () => {
  host = await startHost();
  place = await placeOf(host, "Springfield");
  const { items } = must(await host.administrator("GET", "/v1/locations"), 200) as { items: { id: string; primary: boolean }[] };
  const locationId = items.find((each) => each.primary)?.id ?? "";
  primary = { locationId, ...(await issued(host.administrator, locationId)) };
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

const asked = (authorization: string | undefined, method = "GET", path = "assets") =>
  askedOddly(host, method, `${V2}/${path}`, {
    headers: { ...(authorization === undefined ? {} : { authorization }), "content-type": "application/json" },
  });
/** The status and, of an error, its number. */
const answerTo = async (...request: Parameters<typeof asked>) => {
  const { status, body } = await asked(...request);
  return [status, body.errorNumber];
};

type Inner = { readonly expDate: string; readonly token: string; readonly orgName: string };
const inner = (text: string): Inner => JSON.parse(Buffer.from(text, "base64").toString("utf8"));
const file = (content: object): string => Buffer.from(JSON.stringify(content)).toString("base64");

const reordered = ({ expDate, token, orgName }: Inner): object => ({ orgName, token, expDate });

describe("opens", () => {
  test.each<[string, (text: string) => string]>([
    ["verbatim", (text) => `Bearer ${text}`],
    ["with the scheme in another case, and blanks", (text) => `bearer   ${text}  `],
    ["in the url-safe alphabet, without padding", (text) => `Bearer ${Buffer.from(text, "base64").toString("base64url")}`],
    ["with blanks where its base64 was wrapped", (text) => `Bearer ${text.replace(/(.{76})/g, "$1 ")}`],
    ["with its keys in another order", (text) => `Bearer ${file(reordered(inner(text)))}`],
    [
      "with another end and name: they count for nothing",
      (text) => `Bearer ${file({ ...inner(text), expDate: "soon", orgName: "Other" })}`,
    ],
    ["with its secret alone in it", (text) => `Bearer ${file({ token: inner(text).token })}`],
  ])("%s", async (_, authorization) => {
    const { status, body } = await asked(authorization(place.text));
    expect([status, body]).toEqual([200, expect.objectContaining({ tokenExpirationDate: inner(place.text).expDate })]);
  });
});

describe("opens nothing, with 9722 and status 401", () => {
  test.each<[string, string | undefined]>([
    ["nothing", undefined],
    ["an empty text", ""],
    ["Basic", "Basic YWRhOnB3"],
    ["Bearer alone", "Bearer"],
    ["Bearer and blanks", "Bearer    "],
  ])("%s", async (_, authorization) => {
    expect(await answerTo(authorization)).toEqual([401, 9722]);
  });
  test("the token without its scheme", async () => {
    expect(await answerTo(place.text)).toEqual([401, 9722]);
  });
});

const SECRET = Buffer.from(Array.from({ length: 144 }, (_, index) => index)).toString("base64");

describe("opens nothing, with 9622 and status 200", () => {
  test.each<[string, (text: string) => string]>([
    ["the secret without its file", (text) => inner(text).token],
    ["the file's content without its base64", (text) => Buffer.from(text, "base64").toString("latin1").replace(/\s/g, "")],
    ["a token that nobody issued", (text) => file({ ...inner(text), token: SECRET })],
    ["the hash of its secret", (text) => file({ ...inner(text), token: Buffer.from(inner(text).token).toString("hex") })],
    ["another key", (text) => file({ sToken: inner(text).token })],
    ["a number for a token", () => file({ token: 1 })],
    ["no JSON", () => Buffer.from("{").toString("base64")],
    ["a text of 9,000 characters", () => "A".repeat(9000)],
  ])("%s", async (_, made) => {
    expect(await answerTo(`Bearer ${made(place.text)}`)).toEqual([200, 9622]);
  });

  test("a bearer of people's API, and an MDM server's credential", async () => {
    const { accounts, mdmServers } = host.session;
    for (const text of [accounts.administrator.bearer, mdmServers[0]?.credential])
      expect(await answerTo(`Bearer ${text}`)).toEqual([200, 9622]);
    expect((await host.administrator("GET", "/v1/locations")).status).toBe(200);
  });

  test("a token of Apple's that is kept here", async () => {
    const text = renderTokenFile({ secret: SECRET, expiresAt: new Date(Date.now() + 90 * 86_400_000), orgName: "Pretendco" });
    const imported = { locationId: place.locationId, fileName: "x.vpptoken", file: Buffer.from(text).toString("base64") };
    must(await host.administrator("POST", "/v1/content-tokens/import", imported), 201);
    expect(await answerTo(`Bearer ${text}`)).toEqual([200, 9622]);
  });
});

/** A content manager of the location, with an account of their own. */
const manager = async (locationId: string) => {
  const email = `manager-${locationId}@example.org`;
  const password = "a-long-enough-password";
  const subject = await host.service.provider.adopt(email, password);
  const grants = [{ role: "content-manager", location: locationId }];
  const account = must(await host.administrator("POST", "/v1/accounts", { subject, email, grants }), 201);
  return { id: String(account.id), call: callerOf(host.session.api, (await signIn(host.session, { email, password })) ?? "") };
};

/** A location, the token that its content manager issued, and who that is. */
const managed = async (name: string) => {
  const ids: string[] = [];
  const made = await placeOf(host, name, async (locationId): Promise<Caller> => {
    const { id, call } = await manager(locationId);
    ids.push(id);
    return call;
  });
  return { ...made, accountId: ids[0] ?? "" };
};

describe("ends, and the very next request is refused", () => {
  test.each<[string, number, (made: Awaited<ReturnType<typeof managed>>) => Promise<unknown>]>([
    ["expired", 9621, ({ tokenId }) => setByHand(host, { pk: `CT#${tokenId}`, sk: "CT" }, "expiresAt", "2026-01-01T00:00:00.000Z")],
    ["revoked", 9625, ({ tokenId }) => revoke(host, tokenId)],
    [
      "its account's password changed",
      9625,
      async ({ accountId }) => must(await host.administrator("POST", `/v1/accounts/${accountId}/password-changes`, {}), 202),
    ],
    [
      "its account disabled",
      9625,
      async ({ accountId }) => must(await host.administrator("PATCH", `/v1/accounts/${accountId}`, { enabled: false }), 200),
    ],
    ["its account removed", 9625, async ({ accountId }) => must(await host.administrator("DELETE", `/v1/accounts/${accountId}`), 200)],
  ])("%s: %i", async (how, errorNumber, end) => {
    const made = await managed(`Location ${how}`);
    // Each of the function's environments remembers who was given it.
    for (const { status } of await Promise.all(Array.from({ length: 6 }, () => made.mdm("GET", `${V2}/assets`)))) expect(status).toBe(200);
    await end(made);
    const answers = [
      await asked(`Bearer ${made.text}`),
      await asked(`Bearer ${made.text}`, "POST", "assets/associate"),
      await askedOddly(host, "GET", `${V2}/lookup?id=1`, { headers: { cookie: `itvt=${made.text}` } }),
    ];
    for (const { status, body } of answers) expect([status, body.errorNumber]).toEqual([401, errorNumber]);
    expect(await answerTo(undefined, "GET", "service/config")).toEqual([200, undefined]);
  });
});

const WRITES = [
  "client/config",
  "assets/associate",
  "assets/disassociate",
  "assets/revoke",
  "users/create",
  "users/update",
  "users/retire",
];
const READS = ["client/config", "assets", "assignments", "users", "lookup?id=1"];

const expectReadOnly = async (text: string, errorNumber: number): Promise<void> => {
  for (const path of READS) expect(await answerTo(`Bearer ${text}`, "GET", path), path).toEqual([200, undefined]);
  for (const path of WRITES) expect(await answerTo(`Bearer ${text}`, "POST", path), path).toEqual([403, errorNumber]);
  const body = JSON.stringify({ sToken: text, clientUserIdStr: "byod" });
  const registering = await askedOddly(host, "POST", "/mdm/registerVPPUserSrv", { headers: { "content-type": "application/json" }, body });
  expect([registering.status, registering.body]).toMatchObject([200, { status: -1, errorNumber }]);
};

describe("reads only", () => {
  test("9637: when nobody who was given it may manage licenses any more, and manages again when somebody may", async () => {
    const { text, accountId, locationId, done } = await managed("North Haverbrook");
    must(await host.administrator("PATCH", `/v1/accounts/${accountId}`, { grants: [] }), 200);
    await expectReadOnly(text, 9637);
    const grants = [{ role: "content-manager", location: locationId }];
    must(await host.administrator("PATCH", `/v1/accounts/${accountId}`, { grants }), 200);
    expect(await done("users/create", { users: [{ clientUserId: "anna" }] })).toMatchObject({ eventStatus: "COMPLETE" });
  });

  test("9645: at the built-in service's location, from when the subscription begins until it ends", async () => {
    expect(await answerTo(`Bearer ${primary.text}`, "POST", "users/create")).toEqual([400, 9720]);
    must(await host.administrator("PUT", "/v1/subscription", { plan: "monthly", primaryInUse: false }), 200);
    await expectReadOnly(primary.text, 9645);
    must(await host.administrator("PUT", "/v1/subscription", { plan: "none" }), 200);
    expect(await answerTo(`Bearer ${primary.text}`, "POST", "users/create")).toEqual([400, 9720]);
  });
});
