// The API on fakes, through its middleware: who may, what is refused and why, and that a refusal changes nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ADMIN_ROUTES, CUSTODY_ROUTES, OPEN_ROUTES } from "../../../functions/contract/routes.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import { aLocation, at, contentTokenId, fileAround, locationId } from "../../support/builders/make.ts";
import { ada, makeService, NOW, signedUp } from "../../support/scenarios/service.ts";

const here = locationId(1);
const other = aLocation({ id: locationId(2), name: "Zürich", uId: "1000000000000001", primary: false });

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  await service.ports.accounts.register(signedUp("manager", { grants: [{ role: "content-manager", location: other.id }] }));
  await service.ports.accounts.register(signedUp("nobody", { grants: [] }));
});

const issue = async (location = here, as = "ada") =>
  (await service.call("POST /v1/content-tokens", [], { as, body: { locationId: location } })).body;
const download = (id: string, as = "ada") => service.call("POST /v1/content-tokens/{id}/downloads", [id], { as });
const importing = (file: string, more: object = {}) =>
  service.call("POST /v1/content-tokens/import", [], { body: { locationId: here, fileName: "sToken_for_X.vpptoken", file, ...more } });
const fileText = (): string => Buffer.from([...service.files.values()][0] ?? []).toString("utf8");

describe("issuing", () => {
  test("makes a file as Apple's, and shows what it is worth", async () => {
    const token = await issue();
    const content = JSON.parse(Buffer.from(fileText(), "base64").toString("utf8"));
    expect(Object.keys(content)).toEqual(["expDate", "token", "orgName"]);
    expect(content).toMatchObject({ expDate: "2027-06-01T12:00:00+0000", orgName: "Pretendco" });
    expect(Buffer.from(content.token, "base64")).toHaveLength(144);
    expect(token).toMatchObject({ locationId: here, origin: "issued", state: "active", daysLeft: 365, downloadedBy: [ada.id], links: [] });
    expect(service.published).toMatchObject([{ type: "ContentTokenIssued", detail: { tokenId: token.id, accountId: ada.id } }]);
  });

  test("with one Idempotency-Key happens once; for another request the key is refused", async () => {
    const keyed = (body: object) => service.call("POST /v1/content-tokens", [], { body, headers: { "idempotency-key": "k-1" } });
    const [first, second] = await Promise.all([keyed({ locationId: here }), keyed({ locationId: here })]);
    expect(second.body.id).toBe(first.body.id);
    expect(service.files.size).toBe(1);
    expect((await keyed({ locationId: other.id })).body.reason).toBe("idempotency_key_reused");
  });

  test("leaves the event in the outbox when the bus is down", async () => {
    service.faults.bus = true;
    await issue();
    expect(await Array.fromAsync(service.ports.outbox.pending(at("2030-01-01")))).toMatchObject([{ type: "ContentTokenIssued" }]);
  });
});

describe("importing", () => {
  const sample = readFileSync(join(import.meta.dirname, "../../fixtures/tokens/sToken_for_ORG12345.vpptoken"));

  test("keeps the exact bytes, and who downloaded it a year before its end", async () => {
    service.clock.now = at("2030-06-01T12:00:00Z");
    const { status, body } = await importing(sample.toString("base64"), { downloadedBy: ada.id });
    expect(status).toBe(201);
    expect(Buffer.from([...service.files.values()][0] ?? [])).toEqual(sample);
    expect(body).toMatchObject({ origin: "imported", worksWith: "apple", issuedAt: "2029-11-08T22:33:22.000Z", downloadedBy: [ada.id] });
  });

  test("of a token that says it ends in more than a year takes now as the time of its download", async () => {
    const { body } = await importing(sample.toString("base64"), { downloadedBy: signedUp("manager").id });
    expect(body).toMatchObject({ state: "active", issuedAt: NOW.toISOString() });
  });

  test("hands out one line of base64 for files with any wrapping, with the hash of that line", async () => {
    service.clock.now = at("2030-06-01T12:00:00Z");
    const damaged = Buffer.from(`\uFEFF${sample.toString("utf8").replace(/(.{20})/g, "$1\r\n")}\r\n`);
    const { body: token } = await importing(damaged.toString("base64"));
    const { body } = await download(token.id);
    const [handedOut] = [...service.files.values()];
    expect(Buffer.from(handedOut ?? [])).toEqual(sample);
    expect(body.sha256).toBe(sha256(handedOut ?? ""));
  });

  test("ignores white space within the field", async () => {
    service.clock.now = at("2030-06-01T12:00:00Z");
    expect((await importing(`${sample.toString("base64").replace(/(.{76})/g, "$1\n")}\n`)).status).toBe(201);
  });

  test("the same token twice, wrapped otherwise, is refused", async () => {
    await importing(sample.toString("base64"));
    const wrapped = Buffer.from(`\uFEFF${sample.toString("utf8").replace(/(.{20})/g, "$1\r\n")}`);
    expect(await importing(wrapped.toString("base64"))).toMatchObject({ status: 409, body: { reason: "already_held" } });
    expect(service.files.size).toBe(1);
  });

  const json = (expDate: string): string => JSON.stringify({ token: "eA==", expDate, orgName: "X" });
  test.each<[string, string, object, string]>([
    ["that is not base64", "???", {}, "not_base64"],
    ["that is no token", Buffer.from("{}").toString("base64"), {}, "not_a_content_token"],
    ["for device enrollment", "MIME-Version: 1.0\n", {}, "wrong_token_type"],
    ["that has expired", fileAround(json("2026-06-01T12:00:00+0000")), {}, "token_expired"],
    ["that is too large", "A".repeat(65 * 1024), {}, "token_file_too_large"],
    ["of nobody we know", fileAround(json("2027-05-01T00:00:00Z")), { downloadedBy: "acc_00000000000000000000000009" }, "not_found"],
  ])("a file %s is refused, and nothing is kept", async (_, text, more, reason) => {
    const { status, body } = await importing(Buffer.from(text).toString("base64"), more);
    expect(body.reason).toBe(reason);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(service.files.size).toBe(0);
    expect(service.published).toEqual([]);
  });

  test("tells a content manager nothing about accounts beyond their location", async () => {
    const file = fileAround(json("2027-05-01T00:00:00Z"));
    const naming = async (downloadedBy: string) => {
      const body = { locationId: other.id, fileName: "sToken_for_X.vpptoken", file: Buffer.from(file).toString("base64"), downloadedBy };
      const answer = await service.call("POST /v1/content-tokens/import", [], { as: "manager", body });
      return { status: answer.status, body: answer.body };
    };
    const unknown = await naming("acc_00000000000000000000000009");
    expect(unknown).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
    await service.ports.accounts.recordPasswordChange(ada.id, at("2026-05-15"));
    for (const id of [ada.id, signedUp("nobody").id]) expect(await naming(id)).toEqual(unknown);
    expect(service.files.size).toBe(0);
    expect((await naming(signedUp("manager").id)).status).toBe(201);
  });
});

describe("a download", () => {
  test("lives a minute, or as long as was asked for, up to fifteen", async () => {
    const { id } = await issue();
    const lasts = async (body?: object) => {
      const answer = await service.call("POST /v1/content-tokens/{id}/downloads", [id], body === undefined ? {} : { body });
      return answer.status === 201 ? (Date.parse(answer.body.expiresAt) - NOW.getTime()) / 1000 : answer.body.reason;
    };
    expect([await lasts(), await lasts({ linkSeconds: 1 }), await lasts({ linkSeconds: 900 })]).toEqual([60, 1, 900]);
    for (const linkSeconds of [0, -1, 1.5, 901, "60", null]) expect(await lasts({ linkSeconds })).toBe("invalid_input");
  });

  test("gives a link named for the location, after the hand-over was recorded", async () => {
    const token = await issue(other.id);
    const { status, body } = await download(token.id, "manager");
    expect(status).toBe(201);
    expect(body).toMatchObject({ fileName: `sToken_for_Zürich_${other.uId}.vpptoken`, expiresAt: "2026-06-01T12:01:00.000Z" });
    const recorded = await service.ports.tokens.get(token.id);
    expect(recorded?.downloadedBy.map(({ accountId }) => accountId)).toEqual([ada.id, signedUp("manager").id]);
    expect(service.published.at(-1)).toMatchObject({ type: "DownloadLinkIssued" });
  });

  test("reveals no link when the hand-over can't be recorded", async () => {
    const token = await issue();
    service.ports.tokens.handOver = async () => false;
    const { status, body } = await download(token.id);
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain("memory:");
  });

  test("of an expired token is gone, of a revoked one is in conflict and its file is erased", async () => {
    const [expired, revoked] = [await issue(), await issue()];
    const ended = await service.call("POST /v1/content-tokens/{id}/revocation", [revoked.id], { body: { reason: "lost laptop" } });
    expect(ended.body).toMatchObject({ state: "invalidated", cause: "revoked", reason: "lost laptop" });
    expect(service.files.size).toBe(1);
    expect(await download(revoked.id)).toMatchObject({ status: 409, body: { reason: "token_invalidated" } });
    service.clock.now = at("2027-06-01T12:00:00Z");
    expect(await download(expired.id)).toMatchObject({ status: 410, body: { reason: "token_expired" } });
  });
});

const MDM_SERVER = `mdm_${"0".repeat(26)}`;
const CONFLICT = `cfl_${"0".repeat(26)}`;

const ASSET = { locationId: here, adamId: "1" };

describe("roles", () => {
  test.each([...ADMIN_ROUTES, ...CUSTODY_ROUTES].filter((key) => !OPEN_ROUTES.includes(key)))(
    "%s is refused to an account without grants",
    async (key) => {
      const token = await issue();
      const ids = { accounts: ada.id, locations: here, "content-tokens": token.id, "mdm-servers": MDM_SERVER, conflicts: CONFLICT };
      const id = ids[key.split("/")[2] as keyof typeof ids];
      const body = {
        "POST /v1/content-tokens": { locationId: here },
        "POST /v1/content-tokens/import": { locationId: here, fileName: "x", file: "eA==" },
        "POST /v1/content-tokens/{id}/revocation": { reason: "x" },
        "POST /v1/content-tokens/{id}/password-change-reports": { occurredAt: "2026-05-01T00:00:00Z" },
        "POST /v1/content-tokens/{id}/claims": { mdmInfo: { id: "x", name: "x", metadata: "x" } },
        "POST /v1/locations": { name: "x" },
        "PATCH /v1/locations/{id}": { name: "x" },
        "POST /v1/accounts": { subject: "x", email: "x@example.org" },
        "PATCH /v1/accounts/{id}": { grants: [] },
        "POST /v1/mdm-servers": { name: "x", vendor: "other" },
        "PATCH /v1/mdm-servers/{id}": { name: "x" },
        "POST /v1/conflicts/{id}/resolution": { keptBy: MDM_SERVER, reason: "x" },
        "PUT /v1/subscription": { plan: "monthly" },
        "POST /v1/licenses": { ...ASSET, productType: "App", quantity: 1 },
        "PATCH /v1/licenses": { ...ASSET, name: "x" },
        "POST /v1/licenses/import": { locationId: here, csv: "x" },
        "POST /v1/license-transfers": { fromLocationId: here, toLocationId: other.id, adamId: "1", quantity: 1 },
        "POST /v1/assignments": { ...ASSET, serialNumbers: ["x"] },
        "POST /v1/assignments/removals": { ...ASSET, serialNumbers: ["x"] },
        "POST /v1/assignments/retirements": { locationId: here, clientUserIds: ["x"] },
      }[key as string];
      const asked = key === "GET /v1/licenses" || key === "GET /v1/assignments" ? { query: { locationId: here } } : {};
      const before = service.published.length;
      const answer = await service.call(key, [id, token.id], { as: "nobody", ...asked, ...(body === undefined ? {} : { body }) });
      expect(answer).toMatchObject({ status: 403, body: { reason: "not_permitted", status: 403, requestId: "r-1" } });
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(service.published).toHaveLength(before);
    },
  );

  test("a content manager acts in their location, and there alone", async () => {
    const [mine, foreign] = [await issue(other.id, "manager"), await issue(here)];
    expect(mine.state).toBe("active");
    expect((await download(foreign.id, "manager")).body.reason).toBe("not_permitted");
    const list = await service.call("GET /v1/content-tokens", [], { as: "manager" });
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([mine.id]);
    expect((await service.call("GET /v1/content-tokens", [], { as: "manager", query: { locationId: here } })).status).toBe(403);
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).body.items).toMatchObject([{ name: "Zürich" }]);
    expect((await service.call("POST /v1/locations", [], { as: "manager", body: { name: "x" } })).status).toBe(403);
  });

  test("a disabled account may do nothing, and nobody disables or demotes themselves", async () => {
    const id = signedUp("manager").id;
    const disabled = await service.call("PATCH /v1/accounts/{id}", [id], { body: { enabled: false } });
    expect(disabled.body).toMatchObject({ disabledAt: NOW.toISOString() });
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).body.reason).toBe("account_disabled");
    expect(service.published).toMatchObject([{ type: "account.disabled", detail: { accountId: id } }]);
    expect((await service.call("DELETE /v1/accounts/{id}", [ada.id])).body.reason).toBe("own_account");
    expect((await service.call("PATCH /v1/accounts/{id}", [ada.id], { body: { enabled: false } })).body.reason).toBe("own_account");
    expect((await service.call("PATCH /v1/accounts/{id}", [ada.id], { body: { grants: [] } })).body.reason).toBe("own_account");
  });
});

describe("the middleware", () => {
  const auth = Math.floor(NOW.getTime() / 1000);
  test.each([
    ["an ID token", { sub: "ada", token_use: "id", auth_time: auth }, 401, "unauthenticated"],
    ["a token without auth_time", { sub: "ada", token_use: "access" }, 401, "unauthenticated"],
    ["nothing of a token", {}, 401, "unauthenticated"],
    ["a subject without an account", { sub: "eve", token_use: "access", auth_time: auth }, 403, "unknown_account"],
  ])("refuses %s", async (_, claims, status, reason) => {
    expect(await service.call("GET /v1/locations", [], { claims })).toMatchObject({ status, body: { reason } });
  });

  test("refuses a sign-in older than the password, and takes a newer one", async () => {
    await service.call("POST /v1/accounts/{id}/password-changes", [ada.id], { body: {} });
    expect((await service.call("GET /v1/locations")).body.reason).toBe("sign_in_outdated");
    service.clock.now = at("2026-06-01T12:00:01Z");
    expect((await service.call("GET /v1/locations")).status).toBe(200);
  });

  test.each<[string, object, string]>([
    ["malformed JSON", { raw: "{" }, "malformed_json"],
    ["an array", { body: [] }, "invalid_input"],
    ["a wrong type", { body: { locationId: 7 } }, "invalid_input"],
    ["an unknown field", { body: { locationId: here, secret: "hunter2" } }, "invalid_input"],
    ["a body that is too large", { raw: `"${"x".repeat(140_000)}"` }, "body_too_large"],
    ["an unknown location", { body: { locationId: locationId(9) } }, "not_found"],
    ["an identifier of another kind", { body: { locationId: contentTokenId() } }, "invalid_input"],
    ["a bad Idempotency-Key", { body: { locationId: here }, headers: { "idempotency-key": "a b" } }, "invalid_input"],
  ])("refuses %s with a reason, and keeps nothing", async (_, request, reason) => {
    const { status, body } = await service.call("POST /v1/content-tokens", [], request);
    expect(body.reason).toBe(reason);
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(body)).not.toContain("hunter2");
    expect(service.files.size).toBe(0);
  });

  test("tells nothing of what failed inside", async () => {
    service.ports.locations.get = async () => {
      throw new Error("table Records is on fire");
    };
    const answer = await service.call("GET /v1/locations/{id}", [here]);
    expect(answer).toMatchObject({ status: 500, body: { reason: "internal_error" } });
    expect(JSON.stringify(answer)).not.toContain("on fire");
    expect(service.logged.join()).toContain("on fire");
  });

  test.each([
    ["locations", "get"],
    ["tokens", "findBySecret"],
    ["tokens", "add"],
    ["files", "put"],
  ] as const)("logs nothing of a file that is imported while %s.%s fails, nor tells it", async (port, method) => {
    const secret = "c2VjcmV0IG9mIEFwcGxl";
    const text = fileAround(JSON.stringify({ token: secret, expDate: "2027-05-01T00:00:00Z", orgName: "X" }));
    const file = Buffer.from(text).toString("base64");
    Object.assign(service.ports[port], {
      [method]: async () => {
        throw new Error("table Records is on fire");
      },
    });
    const answer = await importing(file, { downloadedBy: ada.id });
    expect(answer).toMatchObject({ status: 500, body: { reason: "internal_error" } });
    const told = [...service.logged, JSON.stringify(answer)].join("\n");
    expect(told).toContain("on fire");
    for (const part of [secret, text, file]) expect(told).not.toContain(part);
  });
});

describe("records that change", () => {
  test("carry their version, and an overtaken edit is refused", async () => {
    const rename = (name: string, version: string) =>
      service.call("PATCH /v1/locations/{id}", [other.id], { body: { name }, headers: { "if-match": version } });
    expect((await rename("Bern", '"1"')).headers.etag).toBe('"2"');
    expect(await rename("Basel", '"1"')).toMatchObject({ status: 412, body: { reason: "version_mismatch" } });
    expect((await service.ports.locations.get(other.id))?.name).toBe("Bern");
  });

  test("the primary location is renamed with the organization alone", async () => {
    expect((await service.call("PATCH /v1/locations/{id}", [here], { body: { name: "x" } })).body.reason).toBe("primary_location");
    await service.call("PATCH /v1/organization", [], { body: { name: "Acme" } });
    expect((await service.call("GET /v1/locations/{id}", [here])).body.name).toBe("Acme");
  });
});

test("the list filters by state and pages to the end, whatever a page drops", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 7; count++) {
    service.clock.now = new Date(NOW.getTime() + count * 1000);
    ids.push((await issue()).id);
  }
  for (const id of [ids[1], ids[2], ids[5]])
    await service.call("POST /v1/content-tokens/{id}/revocation", [id ?? ""], { body: { reason: "x" } });
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const { body } = await service.call("GET /v1/content-tokens", [], {
      query: { state: "active", limit: "2", ...(after === undefined ? {} : { after }) },
    });
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    after = body.next;
  } while (after !== undefined);
  expect(seen).toEqual([ids[6], ids[4], ids[3], ids[0]]);
});

describe("a cursor", () => {
  const cursorAt = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString("base64url");
  const list = (query: Record<string, string>, as = "ada") => service.call("GET /v1/content-tokens", [], { as, query });

  test.each([
    ["of nothing", {}],
    ["of another list", { list: other.id }],
    ["of no location", { list: "loc_x" }],
    ["with an empty place in the list", { list: "all", after: "" }],
    ["with an empty key", { list: "all", after: cursorAt({ pk: "", sk: "", sortKey: "" }) }],
  ])("%s is refused", async (_, place) => {
    const { status, body } = await list({ after: cursorAt(place) });
    expect([status, body.reason]).toEqual([400, "invalid_input"]);
  });

  test("of one location's list is refused for another's", async () => {
    await issue();
    await issue();
    const { body } = await list({ locationId: here, limit: "1" });
    expect(body.next).toBeDefined();
    expect((await list({ locationId: other.id, after: body.next })).status).toBe(400);
    expect((await list({ locationId: here, after: body.next })).body.items).toHaveLength(1);
  });

  test("stays good when a grant goes, and shows nothing of what was lost", async () => {
    const grant = (...locations: (typeof here)[]) => locations.map((location) => ({ role: "content-manager" as const, location }));
    const manager = await service.ports.accounts.get(signedUp("manager").id);
    if (manager === undefined) throw new Error("the manager is not registered");
    await service.ports.accounts.replace({ ...manager, grants: grant(here, other.id), version: manager.version + 1 });
    for (const location of [here, here, other.id]) await issue(location);
    const first = (await list({ limit: "1" }, "manager")).body;
    expect(first.items).toMatchObject([{ locationId: here }]);
    await service.ports.accounts.replace({ ...manager, grants: grant(other.id), version: manager.version + 2 });
    const rest = (await list({ after: first.next }, "manager")).body;
    expect(rest.items).toMatchObject([{ locationId: other.id }]);
    expect(rest.next).toBeUndefined();
  });
});
