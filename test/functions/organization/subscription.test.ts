// The monthly subscription over the API: which location becomes the built-in service's own, who is told, what is refused meanwhile, and that ending it
// gives everything back.
import { beforeEach, describe, expect, test } from "vitest";
import { scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { here, makeMdmService, other } from "../../support/scenarios/mdm-service.ts";
import { ada, signedUp } from "../../support/scenarios/service.ts";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

const put = (body: object, as = "ada") => service.call("PUT /v1/subscription", [], { as, body });
const begin = (more: object = {}) => put({ plan: "monthly", ...more });
const end = () => put({ plan: "none" });
const primary = async () => (await service.call("GET /v1/locations/{id}", [here])).body;
const noticesOf = () => service.published.flatMap((one) => (one.kind === "notice" ? [one] : []));
const untoldNotices = async () =>
  (await Array.fromAsync(service.ports.outbox.pending(new Date("2100-01-01")))).filter(({ kind }) => kind === "notice");
const tokensListed = async () =>
  (await service.call("GET /v1/content-tokens", [], {})).body.items.map(({ id }: { id: string }) => id).toSorted();
const importAt = (locationId: string, token = "x") => {
  const file = Buffer.from(JSON.stringify({ expDate: "2027-01-01T00:00:00+0000", token, orgName: "Pretendco" })).toString("base64");
  const body = { locationId, fileName: "a.vpptoken", file: Buffer.from(file).toString("base64") };
  return service.call("POST /v1/content-tokens/import", [], { body });
};
/** Everything that is kept of locations and of the subscription, but versions. */
const kept = async () => ({
  subscription: (await service.call("GET /v1/subscription")).body,
  locations: (await service.call("GET /v1/locations")).body.items,
  tokens: await tokensListed(),
});
const actsLogged = async () =>
  (await service.ports.custody.list({}, { limit: 100 })).items.map(({ act }) => act).filter((act) => act.startsWith("subscription"));

describe("beginning it with an unused primary location", () => {
  test("reserves that location, and names who has to remove its token", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toMatchObject({ plan: "monthly", locationId: here, isPrimaryReserved: true });
    expect(body.toBeRemoved).toMatchObject([{ mdmServerId: service.fleet.id, tokenId: token, vendor: "fleet" }]);
    expect(await primary()).toMatchObject({ primary: true, reservedAt: "2026-06-01T12:00:00.000Z" });
  });

  test("tells the holders: by event, by notice, in the custody log", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    await begin();
    expect(service.eventsOf("LocationReserved")).toMatchObject([
      { locationId: here, isPrimary: true, toBeRemovedFrom: [service.fleet.id], warned: [service.fleet.id, ada.id] },
    ]);
    const [notice] = [...noticesOf(), ...(await untoldNotices())];
    expect(notice).toMatchObject({ message: expect.stringMatching(/Fleet at headquarters[\s\S]*remove the token from each MDM server/) });
    const { items } = await service.ports.custody.history((await primary()).id, { limit: 1 });
    expect(items).toMatchObject([{ act: "subscription-began", by: ada.id, details: { toBeRemovedFrom: service.fleet.id } }]);
  });

  test("hides its token, and gives it to nobody, however it is asked for", async () => {
    const [token, elsewhere] = [await service.issue(), await service.issue(other.id)];
    await service.link(service.fleet, token);
    await begin();
    expect(await tokensListed()).toEqual([elsewhere]);
    const refused = async (answer: ReturnType<typeof service.call>) => expect((await answer).body.reason).toBe("location_reserved");
    await refused(service.call("GET /v1/content-tokens/{id}", [token]));
    await refused(service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} }));
    await refused(service.call("POST /v1/content-tokens", [], { body: { locationId: here } }));
    await refused(importAt(here));
    await refused(service.call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [service.zentral.id, token], { body: {} }));
    expect((await service.fetchAs(service.fleet)).body.reason).toBe("location_reserved");
    expect(service.files.size).toBe(2);
  });

  test("shows it to nobody who asks for it again with the key that issued it", async () => {
    const issue = () => service.call("POST /v1/content-tokens", [], { body: { locationId: here }, headers: { "idempotency-key": "k" } });
    const { id } = (await issue()).body;
    await begin();
    expect((await issue()).body.reason).toBe("location_reserved");
    await end();
    expect((await issue()).body.id).toBe(id);
  });

  test("flags the MDM server in lists until the removal is recorded", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    await begin();
    const flagged = async () => (await service.call("GET /v1/mdm-servers/{id}", [service.fleet.id])).body.links;
    expect(await flagged()).toMatchObject([{ tokenId: token, toBeRemoved: true }]);
    expect((await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [service.fleet.id, token])).status).toBe(200);
    expect(await flagged()).toEqual([]);
    expect((await service.call("GET /v1/subscription")).body.toBeRemoved).toEqual([]);
  });

  test("can't be undone by what was judged before it: a download that is under way gets nothing", async () => {
    const token = await service.issue();
    const { handOver } = service.ports.tokens;
    service.ports.tokens.handOver = async (...args) => {
      service.ports.tokens.handOver = handOver;
      await begin();
      return handOver(...args);
    };
    const answer = await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} });
    expect(answer.body.reason).toBe("location_reserved");
    expect(service.eventsOf("DownloadLinkIssued")).toEqual([]);
  });

  test("warns whoever comes by a token while it begins: one who has it issued, and one who downloads it", async () => {
    const token = await service.issue(here);
    await service.ports.accounts.register(signedUp("eve", { grants: [{ role: "administrator", location: "all" }] }));
    const { replace } = service.ports.subscriptions;
    service.ports.subscriptions.replace = async (...args) => {
      service.ports.subscriptions.replace = replace;
      service.ports.subscriptions.replace = async (...again) => {
        service.ports.subscriptions.replace = replace;
        await service.call("POST /v1/content-tokens/{id}/downloads", [token], { as: "eve", body: {} });
        return replace(...again);
      };
      await service.issue(here, "frank");
      return replace(...args);
    };
    await service.ports.accounts.register(signedUp("frank", { grants: [{ role: "content-manager", location: here }] }));
    await begin();
    const [{ warned } = { warned: [] as string[] }] = service.published.flatMap((one) =>
      one.kind === "event" && one.type === "LocationReserved" ? [one.detail] : [],
    );
    expect(warned.toSorted()).toEqual([ada.id, signedUp("eve").id, signedUp("frank").id].toSorted());
  });

  test("is for administrators; everybody with a grant sees it", async () => {
    expect((await put({ plan: "monthly" }, "manager")).body.reason).toBe("not_permitted");
    expect((await service.call("GET /v1/subscription", [], { as: "manager" })).body).toEqual({
      plan: "none",
      isPrimaryReserved: false,
      toBeRemoved: [],
    });
    await service.link(service.fleet, await service.issue());
    await begin();
    // Which MDM servers another location has is none of a content manager's business.
    expect((await service.call("GET /v1/subscription", [], { as: "manager" })).body).toMatchObject({ plan: "monthly", toBeRemoved: [] });
    expect((await service.call("GET /v1/subscription")).body.toBeRemoved).toHaveLength(1);
  });

  test("mails nobody where nobody has a token of it", async () => {
    await begin();
    expect([...noticesOf(), ...(await untoldNotices())]).toEqual([]);
  });

  test("is no reason to be told to renew: what ends meanwhile is only to be removed", async () => {
    await service.link(service.fleet, await service.issue());
    await begin();
    service.later(366 * 86_400);
    await scanExpiry(service.ports, () => false);
    const messages = [...noticesOf(), ...(await untoldNotices())].map((one) => (one.kind === "notice" ? one.message : ""));
    expect(messages.filter((message) => message.includes("Issue a new content token"))).toEqual([]);
    expect(messages.at(-1)).toMatch(/Nothing is to be renewed.*Remove the token from each MDM server/);
  });

  test("is in the preview of a password change: the change would end the token for good", async () => {
    const token = await service.issue();
    await begin();
    const { tokens } = (await service.call("GET /v1/accounts/{id}/password-change-preview", [ada.id])).body;
    expect(tokens).toMatchObject([{ id: token, state: "reserved" }]);
  });

  test("reminds nobody of a token that nobody can renew", async () => {
    await service.issue();
    await begin();
    service.later(340 * 86_400);
    await scanExpiry(service.ports, () => false);
    expect(service.eventsOf("ContentTokenExpiring")).toEqual([]);
    await end();
    service.later(11 * 86_400);
    await scanExpiry(service.ports, () => false);
    expect(service.eventsOf("ContentTokenExpiring")).toHaveLength(1);
  });
});

describe("beginning it with a primary location in use", () => {
  test("gives the built-in service a new location; the primary one keeps its token, and its holders are warned", async () => {
    const token = await service.issue();
    await service.link(service.fleet, token);
    const { body } = await begin({ primaryInUse: true });
    expect(body).toMatchObject({ plan: "monthly", isPrimaryReserved: false, toBeRemoved: [] });
    expect(body.locationId).not.toBe(here);
    expect((await service.call("GET /v1/locations/{id}", [body.locationId])).body).toMatchObject({
      primary: false,
      reservedAt: "2026-06-01T12:00:00.000Z",
    });
    expect((await primary()).reservedAt).toBeUndefined();
    expect((await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} })).status).toBe(201);
    expect((await service.call("POST /v1/content-tokens", [], { body: { locationId: body.locationId } })).body.reason).toBe(
      "location_reserved",
    );
    expect(service.eventsOf("LocationReserved")).toMatchObject([
      { isPrimary: false, toBeRemovedFrom: [], warned: [service.fleet.id, ada.id] },
    ]);
    expect([...noticesOf(), ...(await untoldNotices())]).toHaveLength(1);
  });

  test("follows from what was assigned through its token, whatever is said", async () => {
    const location = await service.ports.locations.primary();
    const used = { ...location, assignedThroughTokenAt: service.clock.now, version: location.version + 1 };
    expect(await service.ports.locations.replace(used)).toBe(true);
    expect((await begin({ primaryInUse: false })).body).toMatchObject({ isPrimaryReserved: false });
  });

  test("has to be said when a token of Apple's was imported for it", async () => {
    expect((await importAt(here)).status).toBe(201);
    const before = await kept();
    const { status, body } = await begin();
    expect([status, body.reason]).toEqual([422, "primary_in_use_required"]);
    expect(await kept()).toEqual(before);
    expect((await begin({ primaryInUse: false })).body).toMatchObject({ isPrimaryReserved: true });
  });

  test("need not be said for one that was imported elsewhere", async () => {
    expect((await importAt(other.id)).status).toBe(201);
    expect((await begin()).body).toMatchObject({ isPrimaryReserved: true });
  });
});

describe("ending it", () => {
  test("gives the primary location back, and its token works as before", async () => {
    const token = await service.issue();
    const before = await kept();
    await begin();
    expect((await end()).body).toMatchObject({ plan: "none", isPrimaryReserved: false });
    const after = await kept();
    expect({ ...after, subscription: {} }).toEqual({ ...before, subscription: {} });
    expect((await service.call("POST /v1/content-tokens/{id}/downloads", [token], { body: {} })).status).toBe(201);
    expect(service.eventsOf("LocationReleased")).toEqual([{ locationId: here, isPrimary: true }]);
  });

  test("tells those who were told to remove a token that it no longer counts", async () => {
    await service.link(service.fleet, await service.issue());
    await begin();
    await end();
    const messages = [...noticesOf(), ...(await untoldNotices())].map((one) => (one.kind === "notice" ? one.message : ""));
    expect(messages).toHaveLength(2);
    expect(messages.at(-1)).toMatch(/subscription ended.*no longer the built-in service's own/);
  });

  test("tells them also when the token ended meanwhile, and nobody who was told nothing", async () => {
    const token = await service.issue();
    await begin();
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    const before = [...noticesOf(), ...(await untoldNotices())].length;
    await end();
    expect([...noticesOf(), ...(await untoldNotices())]).toHaveLength(before + 1);
    await begin();
    await end();
    expect([...noticesOf(), ...(await untoldNotices())]).toHaveLength(before + 1);
  });

  test("makes the location that was created an ordinary one, which the next subscription uses again unless somebody else did", async () => {
    const first = (await begin({ primaryInUse: true })).body.locationId;
    await end();
    expect((await service.call("GET /v1/locations/{id}", [first])).body.reservedAt).toBeUndefined();
    expect((await begin({ primaryInUse: true })).body.locationId).toBe(first);
    await end();
    expect((await importAt(first)).status).toBe(201);
    expect((await begin({ primaryInUse: true })).body.locationId).not.toBe(first);
  });

  test("and the location it had is not taken from whoever uses it by then", async () => {
    const first = (await begin({ primaryInUse: true })).body.locationId;
    await end();
    await service.link(service.fleet, await service.issue(first));
    const second = (await begin({ primaryInUse: true })).body;
    expect(second.locationId).not.toBe(first);
    expect(second.toBeRemoved).toEqual([]);
  });

  test("lets an overlap that was over meanwhile end its earlier token the next day", async () => {
    const older = await service.issue();
    service.later(86_400);
    await service.issue();
    await begin();
    for (const days of [20, 20, 1]) {
      service.later(days * 86_400);
      await scanExpiry(service.ports, () => false);
    }
    await end();
    // A scan does not run at the same second of each day.
    service.later(86_400 - 60);
    await scanExpiry(service.ports, () => false);
    expect(await service.shown(older)).toMatchObject({ cause: "superseded" });
  });

  test("and closing the location it had makes the next one new", async () => {
    const first = (await begin({ primaryInUse: true })).body.locationId;
    expect((await service.call("DELETE /v1/locations/{id}", [first])).body.reason).toBe("location_reserved");
    await end();
    expect((await service.call("DELETE /v1/locations/{id}", [first])).status).toBe(200);
    expect((await begin({ primaryInUse: true })).body.locationId).not.toBe(first);
  });
});

describe("told twice", () => {
  test.each([
    ["beginning", () => begin()],
    ["beginning with a location of its own", () => begin({ primaryInUse: true })],
  ])("%s and ending change nothing the second time", async (_, again) => {
    await service.issue();
    const first = (await again()).body;
    const begun = await kept();
    service.later(60);
    expect((await again()).body).toEqual(first);
    expect(await kept()).toEqual(begun);
    await end();
    const ended = await kept();
    service.later(60);
    await end();
    expect(await kept()).toEqual(ended);
    expect(await actsLogged()).toEqual(["subscription-ended", "subscription-began"]);
    expect(service.eventsOf("LocationReserved")).toHaveLength(1);
    expect(service.eventsOf("LocationReleased")).toHaveLength(1);
  });

  test("at once, it begins once", async () => {
    const answers = await Promise.all([begin({ primaryInUse: true }), begin({ primaryInUse: true }), begin({ primaryInUse: true })]);
    expect(new Set(answers.map(({ body }) => body.locationId)).size).toBe(1);
    expect(service.eventsOf("LocationReserved")).toHaveLength(1);
    expect((await service.call("GET /v1/locations")).body.items).toHaveLength(3);
  });
});
