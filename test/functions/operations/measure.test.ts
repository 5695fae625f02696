// What is measured for the alarms, on fakes: a good value is a value too, what can't be measured is not told, and nothing keeps the sweep from its work.
import { beforeEach, describe, expect, test } from "vitest";
import { addDays } from "../../../domain/shared/time.ts";
import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { takeCheckMessage } from "../../../functions/checks/take-message.ts";
import { GAUGES } from "../../../functions/contract/metrics.ts";
import { measure } from "../../../functions/operations/measure.ts";
import { runByTheMinute } from "../../../functions/operations/run-by-the-minute.ts";
import { accountId, aLocation, at, fileAround, locationId } from "../../support/builders/make.ts";
import { ada, makeService, NOW } from "../../support/scenarios/service.ts";

const here = locationId();
let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

/** The gauges that were written since this was last asked. */
const gauges = (): Record<string, number> => {
  const lines = service.logged.splice(0).map((line) => JSON.parse(line));
  return Object.fromEntries(lines.flatMap(({ metric, value }) => (metric in GAUGES ? [[metric, value]] : [])));
};
const measured = async (isTimeUp = () => false) => {
  gauges();
  await measure(service.ports, isTimeUp);
  return gauges();
};
const issue = async (): Promise<string> => (await service.call("POST /v1/content-tokens", [], { body: { locationId: here } })).body.id;
const register = async () => (await service.call("POST /v1/mdm-servers", [], { body: { name: "Fleet", vendor: "fleet" } })).body;
const link = (server: { id: string }, token: string) =>
  service.call("PUT /v1/mdm-servers/{id}/links/{tokenId}", [server.id, token], { body: {} });
const fetchAs = ({ credential }: { credential: string }, etag = "") =>
  service.call("GET /v1/fetch/content-token", [], {
    claims: {},
    headers: { authorization: `Bearer ${credential}`, "if-none-match": etag },
  });
/** And is seen to have it, since it polls again with the file's hash. */
const fetchWhole = async (server: { credential: string }) => {
  const { headers } = await fetchAs(server);
  return fetchAs(server, headers.etag);
};
const later = (seconds: number): void => {
  service.clock.now = new Date(service.clock.now.getTime() + seconds * 1000);
};

const OF_OUTBOX = Object.keys(GAUGES).filter((gauge) => gauge !== "IdentityEventDelaySeconds");

describe("where all is well", () => {
  test("every gauge is written, and says so", async () => {
    await service.ports.organizations.keepScannedAt(NOW);
    expect(await measured()).toEqual(Object.fromEntries(OF_OUTBOX.map((gauge) => [gauge, 0])));
  });

  test("and no scan was complete yet, its age counts from the founding", async () => {
    service.clock.now = new Date(aLocation().createdAt.getTime() + 90_000);
    expect(await measured()).toMatchObject({ ScanAgeSeconds: 90 });
  });
});

describe("what waits", () => {
  test("is told by the age of what has waited longest", async () => {
    service.faults.bus = true;
    service.faults.files = true;
    await service.ports.organizations.keepScannedAt(NOW);
    const token = await issue();
    later(60);
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    later(60);
    expect(await measured()).toMatchObject({ ScanAgeSeconds: 120, OutboxOldestSeconds: 120, ErasuresOldestSeconds: 60 });
  });

  test("for an account or a time is counted; one whose time has not come has no age", async () => {
    const fact = { eventId: "e-1", meaning: "changed" as const };
    await service.ports.parking.park({ ...fact, accountId: accountId(7), occurredAt: addDays(NOW, 1) });
    expect(await measured()).toMatchObject({ ParkedFacts: 1, ParkedOldestSeconds: 0 });
    await service.ports.parking.park({ ...fact, accountId: accountId(8), occurredAt: addDays(NOW, -1) });
    expect(await measured()).toMatchObject({ ParkedFacts: 2, ParkedOldestSeconds: 86_400 });
  });

  test("without end is not read to its end", async () => {
    let read = 0;
    service.ports.parking.all = async function* () {
      for (; read < 1_000_000; read++) yield { accountId: accountId(), eventId: "e", meaning: "changed", occurredAt: NOW };
    };
    expect((await measured()).ParkedFacts).toBe(10_000);
    expect(read).toBeLessThan(10_001);
  });
});

describe("what MDM servers hold", () => {
  test("is dead when the token ended, whatever ended it, and until it was removed", async () => {
    const [revoked, killed, server] = [await issue(), await issue(), await register()];
    await link(server, revoked);
    await link(server, killed);
    expect(await measured()).toMatchObject({ HeldDeadTokens: 0, HeldEndingTokens: 0 });
    await service.call("POST /v1/content-tokens/{id}/revocation", [revoked], { body: { reason: "lost" } });
    expect(await measured()).toMatchObject({ HeldDeadTokens: 1 });
    later(60);
    // Recorded, and not yet followed by anything: the token is dead all the same.
    await service.ports.accounts.recordPasswordChange(ada.id, service.clock.now);
    expect(await measured()).toMatchObject({ HeldDeadTokens: 2 });
    later(1);
    await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [server.id, revoked]);
    await service.call("DELETE /v1/mdm-servers/{id}/links/{tokenId}", [server.id, killed]);
    expect(await measured()).toMatchObject({ HeldDeadTokens: 0 });
  });

  test("ends soon from 15 days before, until its MDM server has a later one", async () => {
    const server = await register();
    await link(server, await issue());
    service.clock.now = at("2027-05-16T12:00:00Z");
    expect(await measured()).toMatchObject({ HeldEndingTokens: 0 });
    service.clock.now = at("2027-05-17T00:00:00Z");
    expect(await measured()).toMatchObject({ HeldEndingTokens: 1, HeldDeadTokens: 0 });
    await issue();
    expect(await measured()).toMatchObject({ HeldEndingTokens: 1 });
    service.clock.now = at("2027-05-17T00:00:01Z");
    await fetchWhole(server);
    expect(await measured()).toMatchObject({ HeldEndingTokens: 0, HeldDeadTokens: 0 });
  });

  test("is dead when it expired, and no longer ends soon", async () => {
    await link(await register(), await issue());
    service.clock.now = at("2027-06-01T12:00:00Z");
    expect(await measured()).toMatchObject({ HeldEndingTokens: 0, HeldDeadTokens: 1 });
  });

  test("is not dead when a token of Apple's was withdrawn: it still opens Apple's service", async () => {
    const file = Buffer.from(fileAround(JSON.stringify({ token: "eA==", expDate: "2027-05-01T00:00:00Z", orgName: "X" }))).toString(
      "base64",
    );
    const body = { locationId: aLocation().id, fileName: "a.vpptoken", file };
    const { id } = (await service.call("POST /v1/content-tokens/import", [], { body })).body;
    await link(await register(), id);
    await service.call("POST /v1/content-tokens/{id}/revocation", [id], { body: { reason: "lost" } });
    expect(await measured()).toMatchObject({ HeldDeadTokens: 0, HeldEndingTokens: 0 });
  });

  test("is nothing of a token that nobody holds, dead or not", async () => {
    const token = await issue();
    await service.call("POST /v1/content-tokens/{id}/revocation", [token], { body: { reason: "lost" } });
    expect(await measured()).toMatchObject({ HeldDeadTokens: 0 });
  });

  test("counts a token once, and a location with two of them as a conflict until it is settled", async () => {
    const [token, fleet, zentral] = [await issue(), await register(), await register()];
    await link(fleet, token);
    expect(await measured()).toMatchObject({ OpenConflicts: 0 });
    const { conflictId } = (await link(zentral, token)).body;
    service.clock.now = at("2027-05-20T00:00:00Z");
    expect(await measured()).toMatchObject({ OpenConflicts: 1, HeldEndingTokens: 1 });
    await service.call("POST /v1/conflicts/{id}/resolution", [conflictId], { body: { keptBy: fleet.id, reason: "moved" } });
    expect(await measured()).toMatchObject({ OpenConflicts: 0 });
  });
});

describe("the time without an answer of Apple's", () => {
  const importToken = async (token: string): Promise<string> => {
    const file = Buffer.from(fileAround(JSON.stringify({ token, expDate: "2027-05-01T00:00:00Z", orgName: "X" }))).toString("base64");
    const body = { locationId: here, fileName: "a.vpptoken", file };
    return (await service.call("POST /v1/content-tokens/import", [], { body })).body.id;
  };
  const check = async (tokenId: string, attempt = 1) => takeCheckMessage({ tokenId, attempt }, service.ports);
  const oldest = async () => (await measured()).AppleCheckOldestSeconds;

  test("counts from the import of a token that Apple never answered about, whenever Apple issued it", async () => {
    await importToken("one");
    later(100);
    expect(await oldest()).toBe(100);
  });

  test("is the longest of all live imported tokens, from Apple's last answer about each", async () => {
    const ids = [await importToken("one"), await importToken("another")];
    later(1000);
    for (const id of ids) await check(id);
    expect(await oldest()).toBe(0);
    later(50);
    await check(ids[0] ?? "");
    later(7);
    expect(await oldest()).toBe(57);
  });

  test("keeps growing while Apple does not answer checks", async () => {
    const id = await importToken("one");
    service.answers.set("all", { outcome: "no-answer", evidence: { noAnswer: "timed_out" } });
    later(200);
    await check(id, 5);
    expect(await oldest()).toBe(200);
  });

  test("counts neither tokens that were issued here nor tokens that ended", async () => {
    await issue();
    const ids = [await importToken("revoked there"), await importToken("withdrawn here")];
    await service.call("POST /v1/content-tokens/{id}/revocation", [ids[1] ?? ""], { body: { reason: "lost" } });
    service.answers.set("all", { outcome: "revoked-by-apple", evidence: { status: 401, errorNumber: 9625 } });
    await check(ids[0] ?? "");
    later(500);
    expect(await oldest()).toBe(0);
  });

  test("is nothing while checks are switched off: nobody expects an answer", async () => {
    await importToken("one");
    later(100);
    service.ports.apple.isSwitchedOff = () => true;
    expect(await oldest()).toBe(0);
  });
});

describe("what can't be measured", () => {
  test("is not told, is counted, and keeps none of the others", async () => {
    service.ports.organizations.scannedAt = async () => {
      throw new Error("a damaged record");
    };
    const { ScanAgeSeconds, ...others } = await measured();
    expect(ScanAgeSeconds).toBeUndefined();
    expect(others).toMatchObject({ MeasurementsFailed: 1, OutboxOldestSeconds: 0, HeldDeadTokens: 0 });
  });

  test("in the time there is tells nothing of what was seen until then", async () => {
    await link(await register(), await issue());
    const told = await measured(() => true);
    expect(told).toMatchObject({ MeasurementsFailed: 2, ParkedFacts: 0 });
    expect(told).not.toHaveProperty("AppleCheckOldestSeconds");
    expect(told).not.toHaveProperty("HeldDeadTokens");
    expect(told).not.toHaveProperty("OpenConflicts");
  });
});

describe("by the minute", () => {
  test.each([
    ["12:00", true],
    ["12:01", false],
    ["12:04", false],
    ["12:05", true],
  ])("at %s it is measured: %s", async (time, isMeasured) => {
    service.clock.now = at(`2026-06-01T${time}:30Z`);
    await runByTheMinute(service.ports, () => false);
    expect("MeasurementsFailed" in gauges()).toBe(isMeasured);
  });

  test("a sweep that fails keeps nothing from being measured, and fails the run", async () => {
    service.faults.bus = true;
    await issue();
    service.clock.now = at("2026-06-01T12:05:00Z");
    await expect(runByTheMinute(service.ports, () => false)).rejects.toThrow("outbox messages could not be published");
    expect(gauges()).toMatchObject({ OutboxOldestSeconds: 300, MeasurementsFailed: 0 });
  });

  test("what can't be measured keeps nothing from being told", async () => {
    service.faults.bus = true;
    await issue();
    service.faults.bus = false;
    service.clock.now = at("2026-06-01T12:05:00Z");
    service.ports.links.all = () => {
      throw new Error("the table is down");
    };
    await runByTheMinute(service.ports, () => false);
    expect(service.published).toMatchObject([{ type: "ContentTokenIssued" }]);
    expect(gauges()).toMatchObject({ MeasurementsFailed: 1 });
  });
});

describe("how long a password change was on its way", () => {
  const trailEvent = (eventTime: string, sub = "ada") => ({
    "detail-type": "AWS API Call via CloudTrail",
    detail: { eventName: "AdminSetUserPassword", eventID: "e-1", eventTime, additionalEventData: { sub } },
  });
  const take = async (event: unknown) => {
    await takeIdentityEvent(event, "us-east-1_AbC", service.ports, () => false);
    return gauges();
  };

  test("is told when it was recorded", async () => {
    expect(await take(trailEvent("2026-06-01T11:50:00Z"))).toEqual({ IdentityEventDelaySeconds: 600 });
  });

  test("is not told while it is parked, nor of what somebody reports of long ago", async () => {
    expect(await take(trailEvent("2026-06-01T11:50:00Z", "nobody"))).toEqual({});
    const detail = { subject: "ada", occurredAt: "2026-05-01T00:00:00Z" };
    expect(await take({ id: "e-2", "detail-type": "account.password-changed", time: NOW.toISOString(), detail })).toEqual({});
  });
});
