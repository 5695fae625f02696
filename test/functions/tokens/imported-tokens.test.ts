// Tokens that Apple issued: only evidence about Apple ends them, and nothing that happens here does.
import { beforeEach, describe, expect, test } from "vitest";
import type { ContentTokenId } from "../../../domain/shared/ids.ts";
import type { CheckOutcome } from "../../../domain/tokens/apple-check.ts";
import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { runCheck } from "../../../functions/checks/run-check.ts";
import { scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { aLocation, fileAround, locationId } from "../../support/builders/make.ts";
import { ada, makeService, NOW, signedUp } from "../../support/scenarios/service.ts";

const here = aLocation().id;
const eve = signedUp("eve", { grants: [{ role: "content-manager", location: here }] });
let service: Awaited<ReturnType<typeof makeService>>;

beforeEach(async () => {
  service = await makeService();
  await service.ports.accounts.register(eve);
});

const contentOf = (token: string): string => JSON.stringify({ expDate: "2027-03-01T00:00:00+0000", token, orgName: "Pretendco" });

const importing = (more: object = {}, token = "eA==", as = "ada") => {
  const file = Buffer.from(fileAround(contentOf(token))).toString("base64");
  return service.call("POST /v1/content-tokens/import", [], { as, body: { locationId: here, fileName: "a.vpptoken", file, ...more } });
};
const idOf = async (more: object = {}, token?: string): Promise<ContentTokenId> => (await importing(more, token)).body.id;
const show = async (id: string, as = "ada") => (await service.call("GET /v1/content-tokens/{id}", [id], { as })).body;
const wait = (seconds: number): void => {
  service.clock.now = new Date(service.clock.now.getTime() + seconds * 1000);
};
const tell = (type: "account.password-changed" | "account.disabled", accountId: string) =>
  takeIdentityEvent(
    { id: `e-${type}`, "detail-type": type, source: "content-tokens", time: service.clock.now.toISOString(), detail: { accountId } },
    "pool",
    service.ports,
    () => false,
  );
const noticesOf = () => service.published.filter((one) => one.kind === "notice").map(({ subject, message }) => `${subject}\n${message}`);
const typesOf = () => service.published.flatMap((one) => (one.kind === "event" ? [one.type] : []));
const check = async (tokenId: string, outcome: CheckOutcome, evidence: object = {}, attempt = 5) => {
  const token = await service.ports.tokens.get(tokenId as ContentTokenId);
  service.answers.set(token?.file.key ?? "", { outcome, evidence });
  await runCheck({ tokenId, attempt }, service.ports);
};

describe("an imported token stays active", () => {
  test.each<[string, (id: string) => Promise<unknown>]>([
    ["a password change of an account that was given its file here", () => tell("account.password-changed", eve.id)],
    ["a reported password change of that account", () => service.call("POST /v1/accounts/{id}/password-changes", [eve.id], { body: {} })],
    ["disabling that account", () => service.call("PATCH /v1/accounts/{id}", [eve.id], { body: { enabled: false } })],
    ["an identity provider's event that the account is disabled", () => tell("account.disabled", eve.id)],
    ["removing that account", () => service.call("DELETE /v1/accounts/{id}", [eve.id])],
  ])("after %s", async (_, act) => {
    const id = await idOf();
    await service.call("POST /v1/content-tokens/{id}/downloads", [id], { as: "eve", body: {} });
    wait(5);
    await act(id);
    await tell("account.password-changed", eve.id);
    await scanExpiry(service.ports, () => false);
    const shown = await show(id);
    expect(shown).toMatchObject({ state: "active", downloadedBy: [eve.id] });
    expect(shown.doubt).toBeUndefined();
    expect(service.files.size).toBe(1);
    expect(noticesOf().join()).not.toContain(id);
    expect(typesOf()).not.toContain("ContentTokenInvalidated");
  });
});

describe("an identity event about the person who downloaded it from Apple", () => {
  test.each(["account.password-changed", "account.disabled"] as const)("%s leads to a doubt and a check, and to no end", async (type) => {
    const id = await idOf({ downloadedBy: eve.id });
    wait(5);
    await tell(type, eve.id);
    await tell(type, eve.id);
    const reason = type === "account.disabled" ? "account-disabled" : "password-changed";
    expect(await show(id)).toMatchObject({ state: "active", doubt: { reason, at: service.clock.now.toISOString() } });
    expect(service.published.filter((one) => one.kind === "check")).toMatchObject([{ attempt: 1 }, { attempt: 1, tokenId: id }]);
    expect(typesOf().filter((each) => each === "ContentTokenDoubted")).toHaveLength(1);
    wait(3);
    await check(id, "accepted", { status: 200 });
    expect(await show(id)).not.toHaveProperty("doubt");
    expect(typesOf()).toContain("ContentTokenChecked");
    expect(noticesOf()).toEqual([]);
  });

  test("asks a person to look, once, where Apple gives no answer", async () => {
    const id = await idOf({ downloadedBy: eve.id });
    wait(5);
    await tell("account.password-changed", eve.id);
    wait(3);
    for (let count = 0; count < 2; count++) await check(id, "no-answer", { noAnswer: "switched_off" });
    expect(await show(id)).toMatchObject({ state: "active", doubt: { reason: "password-changed" }, lastCheck: { outcome: "no-answer" } });
    const [notice, ...more] = noticesOf();
    expect(more).toEqual([]);
    expect(notice).toContain("may have stopped working");
    expect(notice).toContain("Nothing proves that the token ended");
    wait(3);
    await check(id, "accepted");
    expect(noticesOf().at(-1)).toContain("Apple accepts the token");
  });

  test("from before the import is a doubt from the beginning", async () => {
    await tell("account.password-changed", eve.id);
    wait(5);
    const { body } = await importing({ downloadedBy: eve.id });
    expect(body).toMatchObject({ state: "active", doubt: { reason: "password-changed", at: NOW.toISOString() } });
  });
});

test("an import by a content manager tells nothing about a colleague's password or account", async () => {
  const zoe = signedUp("zoe", { grants: eve.grants });
  await service.ports.accounts.register(zoe);
  await tell("account.password-changed", zoe.id);
  wait(5);
  const { body } = await importing({ downloadedBy: zoe.id }, "eA==", "eve");
  expect(body.state).toBe("active");
  expect(body.doubt).toBeUndefined();
});

describe("a person's report that the Managed Apple Account changed its password", () => {
  const report = (id: string, body: object, as = "eve") =>
    service.call("POST /v1/content-tokens/{id}/password-change-reports", [id], { as, body });

  test("with evidence ends the token, erases its file and keeps the evidence", async () => {
    const id = await idOf();
    const { body } = await report(id, { occurredAt: NOW.toISOString(), evidence: "Jamf shows 9625" });
    expect(body).toMatchObject({ state: "invalidated", cause: "password-changed", reason: "Jamf shows 9625" });
    expect(service.files.size).toBe(0);
    expect(typesOf()).toContain("ContentTokenInvalidated");
    expect(JSON.stringify(service.published.filter(({ kind }) => kind === "event"))).not.toContain("Jamf");
  });

  test("without evidence is a doubt that a check answers", async () => {
    const id = await idOf();
    expect((await report(id, { occurredAt: NOW.toISOString() })).body).toMatchObject({ state: "active", doubt: { reason: "reported" } });
    wait(3);
    await check(id, "revoked-by-apple", { status: 401, errorNumber: 9625 });
    expect(await show(id)).toMatchObject({ state: "invalidated", cause: "revoked-by-apple" });
  });

  test.each<[string, object, string]>([
    ["of the future", { occurredAt: "2026-06-01T13:00:00Z", evidence: "x" }, "time_in_future"],
    ["from before the download", { occurredAt: "2026-01-01T00:00:00Z", evidence: "x" }, "invalid_input"],
    ["without a time", { evidence: "x" }, "invalid_input"],
  ])("%s changes nothing", async (_, body, reason) => {
    const id = await idOf();
    expect((await report(id, body)).body.reason).toBe(reason);
    expect(await show(id)).toMatchObject({ state: "active" });
  });

  test("without evidence counts against the checks of the location: ten a minute at most, and nothing of a refused one is recorded", async () => {
    const id = await idOf();
    const occurredAt = (count: number) => new Date(NOW.getTime() - 100 + count).toISOString();
    const answers = [];
    for (let count = 0; count < 12; count++) answers.push((await report(id, { occurredAt: occurredAt(count) })).status);
    expect(answers).toEqual([...Array(10).fill(200), 503, 503]);
    expect((await service.call("POST /v1/content-tokens/{id}/check", [id])).body.reason).toBe("busy");
    expect(typesOf().filter((type) => type === "ContentTokenDoubted")).toHaveLength(10);
    expect((await report(id, { occurredAt: NOW.toISOString(), evidence: "9625 in Jamf" })).body.state).toBe("invalidated");
  });

  test("about an issued token is refused", async () => {
    const { body } = await service.call("POST /v1/content-tokens", [], { body: { locationId: here } });
    expect(await report(body.id, { occurredAt: NOW.toISOString() })).toMatchObject({ status: 409, body: { reason: "not_from_apple" } });
    expect((await service.call("POST /v1/content-tokens/{id}/check", [body.id])).body.reason).toBe("not_from_apple");
  });
});

describe("a withdrawn token", () => {
  const withdraw = (id: string) => service.call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "left the company" } });

  test("is a state of its own, and everything says that copies still open Apple's service", async () => {
    const id = await idOf();
    const { body } = await withdraw(id);
    expect(body).toMatchObject({ state: "withdrawn", cause: "revoked", reason: "left the company" });
    expect(body.warning).toContain("still open Apple's service");
    expect(service.files.size).toBe(0);
    expect(typesOf()).toContain("ContentTokenWithdrawn");
    expect(typesOf()).not.toContain("ContentTokenInvalidated");
    const [notice] = noticesOf();
    expect(notice).toContain("still open Apple's service");
    expect(notice).toContain("change the password of the Managed Apple Account");
    expect(notice).not.toContain("can no longer assign");
    const refused = await service.call("POST /v1/content-tokens/{id}/downloads", [id], { body: {} });
    expect(refused).toMatchObject({ status: 409, body: { reason: "token_withdrawn" } });
    expect(refused.body.detail).toContain("still open Apple's service");
    const listed = await service.call("GET /v1/content-tokens", [], { query: { state: "withdrawn" } });
    expect(listed.body.items).toMatchObject([{ id, state: "withdrawn", warning: body.warning }]);
  });

  test("can be imported again as a new record that names the earlier one; a live one can't", async () => {
    const id = await idOf();
    expect(await importing()).toMatchObject({ status: 409, body: { reason: "already_held" } });
    await withdraw(id);
    const again = await importing();
    expect(again).toMatchObject({ status: 201, body: { state: "active", earlierRecord: id } });
    expect(again.body.id).not.toBe(id);
    expect(await importing()).toMatchObject({ status: 409, body: { reason: "already_held" } });
    expect(await show(id)).toMatchObject({ state: "withdrawn" });
  });

  test("that a newer one superseded is withdrawn too: it may still open Apple's service", async () => {
    await service.call("PATCH /v1/organization", [], { body: { renewalOverlapDays: 0 } });
    const id = await idOf();
    wait(60);
    const newer = Buffer.from(fileAround(contentOf("bmV3").replace("2027-03", "2027-04"))).toString("base64");
    await service.call("POST /v1/content-tokens/import", [], { body: { locationId: here, fileName: "a.vpptoken", file: newer } });
    expect(await show(id)).toMatchObject({ state: "withdrawn", cause: "superseded" });
  });

  test("of an issued token does not exist: that one ends", async () => {
    const { body } = await service.call("POST /v1/content-tokens", [], { body: { locationId: here } });
    expect((await withdraw(body.id)).body).toMatchObject({ state: "invalidated", cause: "revoked" });
    expect((await show(body.id)).warning).toBeUndefined();
  });
});

describe("an answer of Apple's", () => {
  test.each<[CheckOutcome, object]>([
    ["revoked-by-apple", { state: "invalidated", cause: "revoked-by-apple" }],
    ["unknown-to-apple", { state: "invalidated", cause: "unknown-to-apple" }],
    ["expired", { state: "expired" }],
  ])("%s ends the token: audited, announced, sent as a notice and erased once", async (outcome, state) => {
    const id = await idOf();
    wait(60);
    await check(id, outcome, { status: 401 });
    await check(id, outcome, { status: 401 });
    expect(await show(id)).toMatchObject({ ...state, lastCheck: { outcome, evidence: { status: 401 } } });
    expect(service.files.size).toBe(0);
    expect(typesOf().filter((type) => type === "ContentTokenChecked")).toHaveLength(1);
    expect(noticesOf()).toHaveLength(1);
    const { items } = (await service.call("GET /v1/content-tokens/{id}/history", [id])).body;
    expect(items.filter(({ act }: { act: string }) => act === "token-checked")).toHaveLength(1);
  });

  test.each<CheckOutcome>(["revoked-by-apple", "unknown-to-apple", "expired"])(
    "%s may prove wrong: the file can be imported again as a new record, which stays when the earlier one ends again",
    async (outcome) => {
      const id = await idOf();
      wait(60);
      await check(id, outcome, { status: 401 });
      const again = await importing();
      expect(again).toMatchObject({ status: 201, body: { state: "active", earlierRecord: id } });
      wait(60);
      await check(id, outcome, { status: 401 });
      await scanExpiry(service.ports, () => false);
      expect([(await show(again.body.id)).state, service.files.size]).toEqual(["active", 1]);
    },
  );

  test("that ends a token is asked for twice: one faulty answer ends nothing", async () => {
    const id = await idOf();
    let asked = 0;
    service.ports.apple.check = async () => {
      asked += 1;
      return { outcome: asked === 1 ? "unknown-to-apple" : "accepted", evidence: {} };
    };
    await runCheck({ tokenId: id, attempt: 1 }, service.ports);
    expect(asked).toBe(2);
    expect(await show(id)).toMatchObject({ state: "active", lastCheck: { outcome: "accepted" } });
  });

  test("that did not come is asked for again, later each time, and then recorded without an end", async () => {
    const id = await idOf();
    wait(60);
    for (let attempt = 1; attempt <= 5; attempt++) await check(id, "no-answer", { noAnswer: "server_error" }, attempt);
    const orders = service.published.flatMap((one) => (one.kind === "check" ? [one] : [])).slice(1);
    expect(orders.map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5]);
    const delays = orders.map(({ delaySeconds }) => delaySeconds);
    expect(delays).toEqual(delays.toSorted((one, other) => one - other));
    expect(await show(id)).toMatchObject({ state: "active", lastCheck: { outcome: "no-answer", evidence: { noAnswer: "server_error" } } });
  });

  test("teaches what Apple calls the location, and a difference is noticed once", async () => {
    const id = await idOf();
    wait(60);
    await check(id, "accepted", { status: 200, uId: "2049025000431439", locationName: "Paris", country: "FR" });
    expect((await service.call("GET /v1/locations/{id}", [here])).body).toMatchObject({ appleUId: "2049025000431439" });
    for (let count = 0; count < 2; count++) {
      wait(60);
      await check(id, "accepted", { status: 200, uId: "1111111111111111", locationName: "https://evil.example" });
    }
    expect(noticesOf()).toHaveLength(1);
    expect(noticesOf()[0]).toContain("another location");
    expect(noticesOf()[0]).not.toContain("evil");
    expect((await service.call("GET /v1/locations/{id}", [here])).body).toMatchObject({ appleUId: "2049025000431439" });
  });

  test("is asked for on demand, of one location ten times a minute at most", async () => {
    const id = await idOf();
    const statuses: number[] = [];
    for (let count = 0; count < 11; count++)
      statuses.push((await service.call("POST /v1/content-tokens/{id}/check", [id], { as: "eve" })).status);
    expect(statuses).toEqual([...Array(10).fill(202), 503]);
  });
});

describe("the MDM server that Apple names", () => {
  const register = async (name: string): Promise<string> =>
    (await service.call("POST /v1/mdm-servers", [], { body: { name, vendor: "jamf-pro" } })).body.id;
  const linkTo = (server: string, token: string) => service.call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server, token]);
  const conflicts = async () => (await service.call("GET /v1/conflicts")).body.items;
  const named = (id: string, name = "Jamf") => ({ status: 200, mdmInfo: { id, name } });

  test("is the only linked one at first; another one later is a conflict, and authorizes nobody", async () => {
    const id = await idOf();
    const jamf = await register("Jamf HQ");
    await linkTo(jamf, id);
    wait(60);
    await check(id, "accepted", named("jamf-1"));
    expect(await conflicts()).toEqual([]);
    expect((await service.call("GET /v1/mdm-servers/{id}", [jamf])).body.mdmInfo).toMatchObject({ id: "jamf-1" });
    wait(600);
    await check(id, "accepted", named("intune-1", "Somebody else"));
    const [conflict, ...more] = await conflicts();
    expect(more).toEqual([]);
    expect(conflict.mdmServerIds).toContain(jamf);
    expect(conflict.claims.at(-1)).toMatchObject({ how: "apple", tokenId: id });
    const shown = await show(id);
    expect(shown.links.map(({ mdmServerId }: { mdmServerId: string }) => mdmServerId)).toEqual([jamf]);
    expect(shown.sightings.map(({ how }: { how: string }) => how)).toContain("apple");
    expect(typesOf()).toContain("MdmConflictFound");
  });

  test("is the linked one of a renewed token too: it holds the earlier one", async () => {
    const id = await idOf();
    const jamf = await register("Jamf HQ");
    await linkTo(jamf, id);
    wait(60);
    const newer = await idOf({}, "bmV3ZXI=");
    await check(newer, "accepted", named("jamf-1"));
    expect(await conflicts()).toEqual([]);
  });
});

describe("the Managed Apple Account", () => {
  test("is shown to administrators, and is in no answer to others, no event, notice or log", async () => {
    const id = await idOf({ managedAppleAccount: "apps@example.org", downloadedBy: eve.id });
    const [forAdministrator, forManager] = [await show(id), await show(id, "eve")];
    expect(forAdministrator.appleDownload).toEqual({ managedAppleAccount: "apps@example.org", accountId: eve.id });
    expect(forManager.appleDownload).toEqual({ accountId: eve.id });
    wait(60);
    await service.call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "x" } });
    const { items } = (await service.call("GET /v1/content-tokens/{id}/history", [id])).body;
    expect(JSON.stringify([service.published, service.logged, items])).not.toContain("apps@");
  });
});

test("a preview lists copies of Apple's tokens as a risk, and not among the tokens that would end", async () => {
  const [given, downloaded] = [await idOf(), await idOf({ downloadedBy: eve.id }, "b3RoZXI=")];
  await service.call("POST /v1/content-tokens/{id}/downloads", [given], { as: "eve", body: {} });
  for (const preview of ["removal-preview", "password-change-preview"] as const) {
    const { body } = await service.call(`GET /v1/accounts/{id}/${preview}`, [eve.id]);
    expect(body.tokens).toEqual([]);
    expect(Object.fromEntries(body.copies.map((each: { id: string; isDownloader: boolean }) => [each.id, each.isDownloader]))).toEqual({
      [given]: false,
      [downloaded]: true,
    });
    expect(body.advice.join()).toContain("keeps working at Apple");
  }
});

test("the renewal steps of an ended token do not promise that it keeps working", async () => {
  const id = await idOf();
  const { body: server } = await service.call("POST /v1/mdm-servers", [], { body: { name: "Jamf", vendor: "jamf-pro" } });
  await service.call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server.id, id]);
  const stepsOf = async (): Promise<string> => (await show(id)).renewal[0].steps.join(" ");
  expect(await stepsOf()).toContain("goes on working");
  await service.call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "lost" } });
  expect(await stepsOf()).not.toContain("goes on working");
  expect(await stepsOf()).toContain("may still open Apple's service");
});

test("an account of another location is not the downloader that a report or a doubt is about", async () => {
  const elsewhere = signedUp("zoe", { grants: [{ role: "content-manager", location: locationId(2) }] });
  await service.ports.accounts.register(elsewhere);
  const id = await idOf();
  await tell("account.disabled", elsewhere.id);
  expect(await show(id)).toMatchObject({ state: "active", downloadedBy: [] });
  expect(ada.id).not.toBe(elsewhere.id);
});

test("a check whose token is withdrawn while Apple answers is done, and records neither the answer nor the MDM server that it names", async () => {
  const id = await idOf();
  const evidence = { status: 200, mdmInfo: { id: "jamf-1", name: "Jamf" } };
  const { apple } = service.ports;
  const withdrawing = {
    ...apple,
    check: async () => {
      await service.call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "lost" } });
      return { outcome: "accepted" as const, evidence };
    },
  };
  await runCheck({ tokenId: id, attempt: 1 }, { ...service.ports, apple: withdrawing });
  const shown = await show(id);
  expect(shown).toMatchObject({ state: "withdrawn", sightings: [] });
  expect(shown.lastCheck).toBeUndefined();
});
