// Accounts from invitation to removal, on fakes: who is invited and who is not, what ends with an account, and what must not come back.
import { beforeEach, describe, expect, test } from "vitest";
import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { ADMIN_ROUTES } from "../../../functions/contract/routes.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { makeMdmService, manager, other } from "../../support/scenarios/mdm-service.ts";
import { NOW, signedUp } from "../../support/scenarios/service.ts";

const EMAIL = "eve@example.org";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

const register = (body: object) => service.call("POST /v1/accounts", [], { body });
const invite = async (): Promise<{ id: string; subject: string }> => (await register({ email: EMAIL })).body;
const change = (id: string, body: object) => service.call("PATCH /v1/accounts/{id}", [id], { body });
const remove = (id: string) => service.call("DELETE /v1/accounts/{id}", [id]);
const show = async (id: string) => (await service.call("GET /v1/accounts/{id}", [id])).body;
const resend = (id: string) => service.call("POST /v1/accounts/{id}/invitation", [id], { body: {} });
const history = async (subject: string): Promise<string[]> =>
  (await service.call("GET /v1/custody-log", [], { query: { subject } })).body.items.map(({ act }: { act: string }) => act).toReversed();

/** As the queue gives an event to the function that listens; `sub` tells it for CloudTrail's. */
const take = (detailType: string, detail: object) =>
  takeIdentityEvent(
    { id: "e-1", "detail-type": detailType, time: service.clock.now.toISOString(), detail },
    "pool",
    service.ports,
    () => false,
  );
const deletedAtCognito = (sub: string) =>
  take("AWS API Call via CloudTrail", {
    eventName: "AdminDeleteUser",
    eventID: "c-1",
    eventTime: service.clock.now.toISOString(),
    requestParameters: { userPoolId: "pool" },
    additionalEventData: { sub },
  });

describe("somebody invited by e-mail", () => {
  test("is sent an invitation and registered under the subject that the pool gave, with the grants", async () => {
    const { status, body } = await register({ email: EMAIL, grants: manager.grants, dedicated: true });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: accountIdOf(body.subject), email: EMAIL, grants: manager.grants, dedicated: true });
    expect(service.invited).toEqual([EMAIL]);
    expect((await service.call("GET /v1/content-tokens", [], { as: body.subject })).status).toBe(200);
  });

  test("whom the pool knows already is registered and not invited again", async () => {
    service.pool.set(EMAIL, { subject: "eve", hasPassword: true });
    expect((await register({ email: EMAIL })).body).toMatchObject({ id: accountIdOf("eve"), subject: "eve" });
    expect(service.invited).toEqual([]);
  });

  test("who has an account is refused one, and nobody is invited for a grant that is no good or an address the pool won't take", async () => {
    const { id } = await invite();
    expect(await register({ email: EMAIL })).toMatchObject({ status: 409, body: { reason: "account_exists" } });
    expect((await register({ email: EMAIL })).body.detail).toContain(id);
    const grants = [{ role: "content-manager", location: `loc_${"0".repeat(26)}` }];
    expect((await register({ email: "f@example.org", grants })).body.reason).toBe("not_found");
    expect((await register({ email: `${"x".repeat(60)}@${"y".repeat(60)}.example.org` })).body.reason).toBe("invalid_input");
    expect((await register({})).body.reason).toBe("invalid_input");
    expect(service.invited).toEqual([EMAIL]);
  });

  test("with a subject is registered under it, and nobody is invited", async () => {
    expect((await register({ subject: "eve", email: EMAIL })).body.subject).toBe("eve");
    expect(service.invited).toEqual([]);
  });

  test("is invited again until they have set a password; the custody log tells who asked", async () => {
    const { id } = await invite();
    expect((await resend(id)).status).toBe(202);
    expect(service.invited).toEqual([EMAIL, EMAIL]);
    Object.assign(service.pool.get(EMAIL) ?? {}, { hasPassword: true });
    expect(await resend(id)).toMatchObject({ status: 409, body: { reason: "invitation_accepted" } });
    expect((await resend(manager.id)).body.reason).toBe("not_found");
    expect(service.invited).toEqual([EMAIL, EMAIL]);
    expect(await history(id)).toEqual(["account-registered", "invitation-sent"]);
  });

  test("is named nowhere by their address: not in an event, the log or the custody log", async () => {
    const { id } = await invite();
    await resend(id);
    service.ports.people.remove = async () => {
      throw new Error("the user pool did not take the removal: TooManyRequestsException");
    };
    await remove(id);
    const custody = (await service.call("GET /v1/custody-log")).body;
    expect(custody.items.length).toBeGreaterThan(3);
    expect(JSON.stringify([service.published, service.logged, custody])).not.toContain(EMAIL);
  });
});

describe("an account that is disabled", () => {
  test("and loses its grants in one request is announced once, with both acts in the custody log", async () => {
    const { body } = await change(manager.id, { enabled: false, grants: [], dedicated: true });
    expect(body).toMatchObject({ disabledAt: NOW.toISOString(), grants: [], dedicated: true });
    expect(await history(manager.id)).toEqual(["account-changed", "account-disabled"]);
    expect(service.eventsOf("account.disabled")).toEqual([{ accountId: manager.id, occurredAt: NOW }]);
  });

  test("again is no second act, and is announced again: an interrupted fan-out goes on", async () => {
    await change(manager.id, { enabled: false });
    service.later(60);
    expect((await change(manager.id, { enabled: false })).body.disabledAt).toBe(NOW.toISOString());
    expect(await history(manager.id)).toEqual(["account-disabled"]);
    expect(service.eventsOf("account.disabled")).toHaveLength(2);
  });

  test("ends the tokens it was given, and no other", async () => {
    const [mine, foreign] = [await service.issue(other.id, "manager"), await service.issue(other.id)];
    await change(manager.id, { enabled: false });
    await take("account.disabled", { accountId: manager.id });
    expect(await service.shown(mine)).toMatchObject({ state: "invalidated", cause: "account-disabled" });
    expect((await service.shown(foreign)).state).toBe("active");
    expect(service.files.size).toBe(1);
  });
});

describe("an account that is removed", () => {
  let eve: { id: string; subject: string };
  beforeEach(async () => {
    eve = (await register({ email: EMAIL, grants: manager.grants })).body;
  });

  test("stays as a record without grants and address, out of the list; its person is gone from the pool", async () => {
    service.later(10);
    const { status, body } = await remove(eve.id);
    const at = service.clock.now.toISOString();
    expect(status).toBe(200);
    expect(body).toEqual({ id: eve.id, subject: eve.subject, grants: [], dedicated: false, disabledAt: at, removedAt: at });
    expect(await show(eve.id)).toEqual(body);
    const listed = (await service.call("GET /v1/accounts")).body.items.map(({ id }: { id: string }) => id);
    expect(listed.toSorted()).toEqual([manager.id, signedUp("ada").id].toSorted());
    expect([...service.pool.keys()]).toEqual([]);
    expect((await service.call("GET /v1/locations", [], { as: eve.subject })).body.reason).toBe("account_disabled");
  });

  test("ends the tokens it was given; what Cognito tells of the deletion changes nothing more", async () => {
    const token = await service.issue(other.id, eve.subject);
    await remove(eve.id);
    expect(service.eventsOf("account.disabled")).toEqual([{ accountId: eve.id, occurredAt: NOW }]);
    await take("account.disabled", { accountId: eve.id });
    expect(await service.shown(token)).toMatchObject({ state: "invalidated", cause: "account-disabled" });
    expect(service.files.size).toBe(0);
    const before = [await show(eve.id), await history(eve.id), await history(token), service.published.length];
    service.later(5);
    await deletedAtCognito(eve.subject);
    expect([await show(eve.id), await history(eve.id), await history(token), service.published.length]).toEqual(before);
    expect(await history(eve.id)).toEqual(["account-registered", "account-removed"]);
  });

  test("that was disabled before keeps that time", async () => {
    await change(eve.id, { enabled: false });
    service.later(60);
    expect((await remove(eve.id)).body).toMatchObject({ disabledAt: NOW.toISOString(), removedAt: service.clock.now.toISOString() });
  });

  test("does not come back: whatever would change it is refused", async () => {
    await remove(eve.id);
    const asked = [
      change(eve.id, { enabled: true }),
      change(eve.id, { enabled: false }),
      change(eve.id, { grants: manager.grants }),
      change(eve.id, { dedicated: true }),
      resend(eve.id),
      register({ subject: eve.subject, email: EMAIL }),
      service.call("POST /v1/accounts/{id}/password-changes", [eve.id], { body: {} }),
    ];
    for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ status: 409, body: { reason: "account_removed" } });
    expect((await show(eve.id)).grants).toEqual([]);
  });

  test("whose person could not be deleted is dead already; asked again, the deletion is finished and nothing is told twice", async () => {
    const token = await service.issue(other.id, eve.subject);
    const { remove: working } = service.ports.people;
    service.ports.people.remove = async () => {
      throw new Error("the user pool is down");
    };
    expect((await remove(eve.id)).status).toBe(500);
    expect((await service.shown(token)).state).toBe("invalidated");
    // Whoever would be invited now is the same person at the pool.
    expect((await register({ email: EMAIL })).body.reason).toBe("account_removed");
    service.ports.people.remove = working;
    expect((await remove(eve.id)).status).toBe(200);
    expect([...service.pool.keys()]).toEqual([]);
    expect(await history(eve.id)).toEqual(["account-registered", "account-removed"]);
    expect(service.eventsOf("account.disabled")).toHaveLength(1);
  });

  test("under whose address somebody is invited later is another account", async () => {
    await remove(eve.id);
    const { body } = await register({ email: EMAIL });
    expect(body.id).not.toBe(eve.id);
    expect(body.removedAt).toBeUndefined();
    expect(service.invited).toEqual([EMAIL, EMAIL]);
  });

  test("whom the pool does not know is removed all the same", async () => {
    expect((await remove(manager.id)).body.removedAt).toBeDefined();
  });
});

describe("the preview of a removal", () => {
  const preview = async (id: string) => (await service.call("GET /v1/accounts/{id}/removal-preview", [id])).body;

  test("names the MDM servers that would be cut off, and is right", async () => {
    const [lonely, linked] = [await service.issue(other.id, "manager"), await service.issue(other.id, "manager")];
    await service.link(service.fleet, linked);
    const { tokens, cutOff, advice } = await preview(manager.id);
    expect(tokens.map(({ id }: { id: string }) => id)).toEqual([linked, lonely]);
    expect(cutOff).toEqual([{ id: service.fleet.id, name: "Fleet at headquarters", vendor: "fleet" }]);
    expect(advice.join(" ")).toMatch(/Renew these tokens with another account first.*disable or remove/);
    expect(advice.join(" ")).not.toContain("password");
    await remove(manager.id);
    expect((await service.shown(linked)).state).toBe("invalidated");
    expect((await preview(manager.id)).tokens).toEqual([]);
  });
});

describe("an administrator of a single location", () => {
  test("keeps no accounts: every route of theirs is refused, whatever else the account may", async () => {
    const grants = [
      { role: "administrator" as const, location: other.id },
      { role: "content-manager" as const, location: "all" as const },
    ];
    await service.ports.accounts.register(signedUp("local", { grants }));
    const routes = ADMIN_ROUTES.filter((route) => route.includes("/accounts"));
    expect(routes.length).toBeGreaterThan(8);
    for (const route of routes) {
      const body = route === "POST /v1/accounts" ? { email: EMAIL } : {};
      const answer = await service.call(route, [manager.id], { as: "local", ...(route.startsWith("GET") ? {} : { body }) });
      expect([route, answer.status, answer.body.reason]).toEqual([route, 403, "not_permitted"]);
    }
    expect(service.invited).toEqual([]);
  });
});
