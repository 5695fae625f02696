// What reacts and what runs by the clock, on fakes: facts about accounts, the daily scan, the sweep.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { addDays } from "../../../domain/shared/time.ts";
import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { retryParkedFacts } from "../../../functions/accounts/retry-parked-facts.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { RetryLater } from "../../../functions/lib/retry-later.ts";
import { sweepOutbox } from "../../../functions/operations/sweep-outbox.ts";
import { foundOrganization } from "../../../functions/organization/found-organization.ts";
import { scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { peopleInMemory } from "../../support/adapters/outside.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { aLocation, at, locationId } from "../../support/builders/make.ts";
import { ada, makeService, NOW, signedUp } from "../../support/scenarios/service.ts";

const POOL = "us-east-1_AbC";
let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

const issue = async () => (await service.call("POST /v1/content-tokens", [], { body: { locationId: locationId() } })).body;
/** Of another location: of the same one, it would renew the other token. */
const issueElsewhere = async () => {
  const there = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });
  await service.ports.locations.add(there);
  return (await service.call("POST /v1/content-tokens", [], { body: { locationId: there.id } })).body;
};
const stateOf = async (id: string) => {
  const answer = await service.call("GET /v1/content-tokens/{id}", [id], {
    claims: { sub: "ada", token_use: "access", auth_time: 4_000_000_000 },
  });
  return answer.body;
};
const changed = (over: { subject?: string; occurredAt?: string; id?: string } = {}) => ({
  id: over.id ?? "e-1",
  "detail-type": "account.password-changed",
  time: "2026-06-01T13:00:00Z",
  detail: { subject: over.subject ?? "ada", occurredAt: over.occurredAt ?? "2026-06-01T13:00:00Z" },
});
const take = (event: unknown) => takeIdentityEvent(event, POOL, service.ports, () => false);
const typesOf = () => service.published.map((one) => (one.kind === "event" ? one.type : one.kind));

describe("a password change", () => {
  beforeEach(() => {
    service.clock.now = at("2026-06-01T13:00:30Z");
  });

  test("ends every token given before it, erases the files and says why, once however often it is told", async () => {
    service.clock.now = NOW;
    const tokens = [await issue(), await issue()];
    service.clock.now = at("2026-06-01T13:00:30Z");
    await take(changed());
    await take(changed());
    for (const { id } of tokens) expect(await stateOf(id)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    expect(service.files.size).toBe(0);
    expect(typesOf().filter((type) => type === "ContentTokenInvalidated")).toHaveLength(2);
  });

  test("that is told late leaves a token given after it alone", async () => {
    const token = await issue();
    await take(changed({ occurredAt: "2026-06-01T12:30:00Z" }));
    expect(await stateOf(token.id)).toMatchObject({ state: "active" });
  });

  test("of the provider's trail is taken in both frames", async () => {
    for (const name of ["api-call", "managed-login"]) {
      const { event } = JSON.parse(readFileSync(join(import.meta.dirname, `../../fixtures/identity/${name}.json`), "utf8"));
      const pool = event.detail.additionalEventData.userPoolId ?? event.detail.requestParameters?.userPoolId;
      service.clock.now = at("2026-11-24T00:00:00Z");
      await takeIdentityEvent(event, pool, service.ports, () => false);
    }
    const parked = await Array.fromAsync(service.ports.parking.all());
    const accountId = accountIdOf("704b1e47-34fe-40e9-8c41-504997494531");
    expect(parked.map(({ accountId, eventId }) => ({ accountId, eventId }))).toEqual([
      { accountId, eventId: "0d2f6a0e-2f51-4a3c-8b19-5a0fd9e0d3c4" },
      { accountId, eventId: "e24ac6e5-3f18-4d7a-9bb0-8d2a3bd7c2f1" },
    ]);
  });

  test("of an unknown subject is parked, counted, and counts when the account is registered", async () => {
    await take(changed({ subject: "later" }));
    expect(await service.ports.parking.of(accountIdOf("later"))).toHaveLength(1);
    await retryParkedFacts(service.ports, () => false);
    expect(service.logged.filter((line) => line.includes("UnknownSubjectParked"))).toHaveLength(1);
    service.clock.now = at("2026-06-02T00:00:00Z");
    const { body } = await service.call("POST /v1/accounts", [], { body: { subject: "later", email: "l@example.org" } });
    expect(body.passwordChangedAt).toBe("2026-06-01T13:00:00.000Z");
    expect(await service.ports.parking.of(accountIdOf("later"))).toEqual([]);
    expect(typesOf()).toContain("account.password-changed");
  });

  test("of a time to come is parked and kills nothing until that time", async () => {
    const token = await issue();
    await take(changed({ occurredAt: "2026-06-05T00:00:00Z" }));
    expect(await stateOf(token.id)).toMatchObject({ state: "active" });
    await retryParkedFacts(service.ports, () => false);
    expect(await stateOf(token.id)).toMatchObject({ state: "active" });
    service.clock.now = at("2026-06-05T00:00:01Z");
    await retryParkedFacts(service.ports, () => false);
    expect(await stateOf(token.id)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    expect(await service.ports.parking.of(ada.id)).toEqual([]);
  });

  test("cut short in its fan-out goes on when it is told again", async () => {
    service.clock.now = NOW;
    const tokens = [await issue(), await issue(), await issue()];
    service.clock.now = at("2026-06-01T13:00:30Z");
    const { invalidate } = service.ports.tokens;
    let left = 1;
    service.ports.tokens.invalidate = async (...given) => {
      if (left-- === 0) throw new Error("the function was stopped");
      return invalidate(...given);
    };
    await expect(take(changed())).rejects.toThrow("stopped");
    await take(changed());
    for (const { id } of tokens) expect((await service.ports.tokens.get(id as never))?.invalidation?.cause).toBe("password-changed");
  });

  test("with more tokens than its time allows stops by itself, tells what it ended, and goes on when it is told again", async () => {
    service.clock.now = NOW;
    const tokens = [await issue(), await issue(), await issue()];
    service.clock.now = at("2026-06-01T13:00:30Z");
    const endedNow = () => typesOf().filter((type) => type === "ContentTokenInvalidated").length;
    let asked = 0;
    await expect(takeIdentityEvent(changed(), POOL, service.ports, () => asked++ >= 2)).rejects.toThrow(RetryLater);
    expect(endedNow()).toBe(2);
    expect(await Array.fromAsync(service.ports.tokens.givenTo(ada.id))).toHaveLength(1);
    await take(changed());
    expect(endedNow()).toBe(3);
    for (const { id } of tokens) expect(await stateOf(id)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    service.clock.now = at("2026-06-01T14:00:00Z");
    await sweepOutbox(service.ports, () => false);
    expect(service.files.size).toBe(0);
  });

  test("of an unknown subject that the bus repeats under another identifier is parked once", async () => {
    const repeated = (id: string) => ({
      ...changed({ subject: "later", id }),
      detail: { ...changed({ subject: "later" }).detail, id: "evt_1" },
    });
    await take(repeated("e-1"));
    await take(repeated("e-2"));
    expect(await service.ports.parking.of(accountIdOf("later"))).toMatchObject([{ eventId: "evt_1" }]);
  });

  test("that can't be read is an error, so that the queue keeps it", async () => {
    await expect(take({ "detail-type": "account.password-changed", detail: {} })).rejects.toThrow(/can't be read/);
  });
});

describe("parked facts", () => {
  const due = at("2026-06-05T00:00:00Z");
  const park = async (subjects: readonly string[]) => {
    for (const subject of subjects) {
      await service.ports.accounts.register(signedUp(subject));
      await service.ports.parking.park({ accountId: accountIdOf(subject), eventId: `e-${subject}`, meaning: "changed", occurredAt: due });
    }
    service.clock.now = due;
  };
  const waiting = async () => (await Array.fromAsync(service.ports.parking.all())).map(({ eventId }) => eventId);

  test("that fail keep none of the others, and fail the run", async () => {
    await park(["bob", "eve", "joe"]);
    const { recordPasswordChange } = service.ports.accounts;
    service.ports.accounts.recordPasswordChange = async (id, ...given) => {
      if (id === accountIdOf("bob")) throw new Error("a damaged record");
      return recordPasswordChange(id, ...given);
    };
    await expect(retryParkedFacts(service.ports, () => false)).rejects.toThrow("1 parked facts");
    expect(await waiting()).toEqual(["e-bob"]);
    expect(await service.ports.accounts.get(accountIdOf("joe"))).toMatchObject({ passwordChangedAt: due });
    expect(service.logged.filter((line) => line.includes("e-bob"))).toHaveLength(1);
  });

  test("are left for the next run when the time is up", async () => {
    await park(["bob", "eve"]);
    let asked = 0;
    await expect(retryParkedFacts(service.ports, () => asked++ > 0)).rejects.toThrow(RetryLater);
    expect(await waiting()).toEqual(["e-eve"]);
    await retryParkedFacts(service.ports, () => false);
    expect(await waiting()).toEqual([]);
  });

  test("wait on until every token they kill is ended", async () => {
    const token = await issue();
    await park(["ada"]);
    let asked = 0;
    await expect(retryParkedFacts(service.ports, () => asked++ > 0)).rejects.toThrow(RetryLater);
    expect(await waiting()).toEqual(["e-ada"]);
    await retryParkedFacts(service.ports, () => false);
    expect(await waiting()).toEqual([]);
    expect((await service.ports.tokens.get(token.id))?.invalidation?.cause).toBe("password-changed");
  });
});

describe("the scan", () => {
  const scanAt = (time: Date) => {
    service.clock.now = time;
    return scanExpiry(service.ports, () => false);
  };
  const end = at("2027-06-01T12:00:00Z");
  const reminders = () =>
    service.published.flatMap((one) => (one.kind === "event" && one.type === "ContentTokenExpiring" ? [one.detail] : []));

  test("reads nothing when nothing is due: a new token once, when the overlap with older ones is over, and then no more", async () => {
    await issue();
    expect(await scanAt(addDays(end, -365 + 30))).toEqual({ looked: 1, complete: true });
    expect(await scanAt(addDays(end, -61))).toEqual({ looked: 0, complete: true });
  });

  test("reminds once a step, however often it runs, with a notice to people", async () => {
    await issue();
    for (const hours of [0, 1, 2]) await scanAt(new Date(addDays(end, -60).getTime() + hours * 3_600_000));
    expect(reminders()).toMatchObject([{ daysLeft: 60, step: 60 }]);
    const notices = service.published.filter((one) => one.kind === "notice");
    expect(notices).toMatchObject([{ subject: 'Content token of "Pretendco" ends in 60 days' }]);
    expect(notices[0]?.message).toContain("2027-06-01T12:00:00.000Z");
  });

  test("after missed runs sends only the most urgent step", async () => {
    await issue();
    await scanAt(addDays(end, -5));
    await scanAt(addDays(end, -4));
    expect(reminders()).toMatchObject([{ daysLeft: 5, step: 7 }]);
  });

  test("announces the end once, and erases the file", async () => {
    await issue();
    await scanAt(end);
    await scanAt(addDays(end, 1));
    expect(typesOf().filter((type) => type === "ContentTokenExpired")).toHaveLength(1);
    expect(service.files.size).toBe(0);
  });

  test("stops cleanly when its time is up, and the next run goes on", async () => {
    await issue();
    await issueElsewhere();
    service.clock.now = addDays(end, -60);
    let asked = 0;
    expect(await scanExpiry(service.ports, () => asked++ > 0)).toEqual({ looked: 1, complete: false });
    expect(await service.ports.organizations.scannedAt()).toBeUndefined();
    expect(await scanExpiry(service.ports, () => false)).toEqual({ looked: 1, complete: true });
    expect(await service.ports.organizations.scannedAt()).toEqual(addDays(end, -60));
    expect(reminders()).toHaveLength(2);
  });

  test("reminds nobody to renew what a password killed, and ends it", async () => {
    const token = await issue();
    await service.ports.accounts.recordPasswordChange(ada.id, addDays(end, -70));
    await scanAt(addDays(end, -60));
    expect(reminders()).toEqual([]);
    expect(await service.ports.tokens.get(token.id)).toMatchObject({ invalidation: { cause: "password-changed" } });
  });

  test("goes on past a token it can't judge, and fails in the end so that the alarm tells", async () => {
    const broken = await issue();
    await issueElsewhere();
    const { sentSteps } = service.ports.reminders;
    service.ports.reminders.sentSteps = async (id) => {
      if (id === broken.id) throw new Error("a damaged record");
      return sentSteps(id);
    };
    await expect(scanAt(addDays(end, -60))).rejects.toThrow("1 of 2");
    expect(reminders()).toHaveLength(1);
    expect(await service.ports.organizations.scannedAt()).toBeUndefined();
  });
});

describe("the sweep", () => {
  test("tells what a failing bus left, once it is older than a minute", async () => {
    service.faults.bus = true;
    await issue();
    service.faults.bus = false;
    service.clock.now = at("2026-06-01T12:00:59Z");
    await sweepOutbox(service.ports, () => false);
    expect(service.published).toEqual([]);
    service.clock.now = at("2026-06-01T12:01:01Z");
    await sweepOutbox(service.ports, () => false);
    await sweepOutbox(service.ports, () => false);
    expect(typesOf()).toEqual(["ContentTokenIssued"]);
  });

  test("erases what a crash left, and leaves the files of living tokens", async () => {
    const token = await issue();
    await issue();
    service.faults.files = true;
    await service.call("POST /v1/content-tokens/{id}/revocation", [token.id], { body: { reason: "x" } });
    service.faults.files = false;
    expect(service.files.size).toBe(2);
    service.clock.now = at("2026-06-01T12:10:00Z");
    await sweepOutbox(service.ports, () => false);
    expect(service.files.size).toBe(1);
  });
});

describe("the organization", () => {
  const asked = { organization: "Acme", country: "CH", administratorEmail: "root@example.org", reminderLadder: [30, 0] };
  const invited: string[] = [];
  const people = peopleInMemory(invited);

  test("is founded with its primary location and its first administrator", async () => {
    const ports = { ...makeWorld(), people, now: () => NOW, random: service.ports.random };
    await foundOrganization(asked, ports);
    expect(await ports.organizations.get()).toMatchObject({ name: "Acme", country: "CH", reminderLadder: [30, 0], version: 1 });
    expect(await ports.locations.primary()).toMatchObject({ name: "Acme", primary: true });
    const grants = [{ role: "administrator", location: "all" }];
    expect(await ports.accounts.get(accountIdOf("subject-of-root@example.org"))).toMatchObject({ email: "root@example.org", grants });
  });

  test("that is there is never overwritten, and nobody is invited", async () => {
    invited.length = 0;
    await foundOrganization(asked, { ...service.ports, people });
    expect(await service.ports.organizations.get()).toMatchObject({ name: "Pretendco" });
    expect(invited).toEqual([]);
  });
});
