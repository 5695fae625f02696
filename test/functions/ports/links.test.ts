// The contract of MDM servers and their links: credentials and what they say of themselves find their server, links change from the version that was read, and what was judged counts.
import { describe, expect, test } from "vitest";
import { noLinks, openHoldings, withArrival, withClosed } from "../../../domain/mdm-servers/links.ts";
import { saying, serverSaying, withCredential } from "../../../domain/mdm-servers/mdm-server.ts";
import {
  aContentToken,
  anEvent,
  anMdmServer,
  at,
  conflictId,
  contentTokenId,
  locationId,
  mdmServerId,
} from "../../support/builders/make.ts";
import { ada, battery, bob, NOW } from "../../support/database/records.ts";

const credentialSha256 = "c".repeat(64);
const server = anMdmServer({ credentialSha256 });

battery("MDM servers", (records) => {
  test("come back as they were registered, by identifier and by credential", async () => {
    expect(await records.servers.register(server)).toBe(true);
    expect(await records.servers.get(server.id)).toEqual(server);
    expect(await records.servers.findByCredential(credentialSha256)).toEqual(server);
    expect(await records.servers.findByCredential("d".repeat(64))).toBeUndefined();
    expect((await records.servers.list({ limit: 10 })).items).toEqual([server]);
    expect([...(await records.servers.getAll([server.id, mdmServerId(9)])).keys()]).toEqual([server.id]);
  });

  test("are found by every credential they ever had: which one is good is theirs to say", async () => {
    await records.servers.register(server);
    const replaced = withCredential(server, "e".repeat(64), NOW, false);
    expect(await records.servers.replace(replaced)).toBe(true);
    expect(await records.servers.replace(replaced)).toBe(false);
    for (const sha256 of [credentialSha256, "e".repeat(64)]) expect(await records.servers.findByCredential(sha256)).toEqual(replaced);
  });

  const info = { id: "7f0c#LOC", name: "Jamf", metadata: "jamf.example.org" };
  const said = serverSaying(info, mdmServerId(2), NOW);

  test("that are known by what they said come back by it, without a credential; given one, by both", async () => {
    expect(await records.servers.findByMdmInfo(info.id)).toBeUndefined();
    expect(await records.servers.register(said)).toBe(true);
    expect(await records.servers.get(said.id)).toEqual(said);
    expect(await records.servers.findByMdmInfo(info.id)).toEqual(said);
    const renamed = saying(said, { ...info, name: "Jamf Pro" }, NOW);
    expect(await records.servers.replace(renamed)).toBe(true);
    const trusted = withCredential(renamed, "e".repeat(64), NOW, false);
    expect(await records.servers.replace(trusted)).toBe(true);
    expect(await records.servers.findByMdmInfo(info.id)).toEqual(trusted);
    expect(await records.servers.findByCredential("e".repeat(64))).toEqual(trusted);
  });

  test("that say the same of themselves at once are one", async () => {
    const both = [2, 3].map((seed) =>
      records.servers.register(serverSaying(info, mdmServerId(seed), NOW), [anEvent({ id: `evt_${seed}` })]),
    );
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
    expect((await records.servers.list({ limit: 10 })).items).toHaveLength(1);
    expect(await records.untold()).toHaveLength(1);
    await records.servers.register(server);
    expect(await records.servers.replace(saying(server, info, NOW))).toBe(false);
  });

  test("that say they are another one are found by that alone, and removed ones by nothing that they said", async () => {
    await records.servers.register(said);
    const moved = saying(said, { ...info, id: "8" }, NOW);
    await records.servers.replace(moved);
    expect(await records.servers.findByMdmInfo(info.id)).toBeUndefined();
    expect(await records.servers.findByMdmInfo("8")).toEqual(moved);
    await records.servers.replace({ ...moved, removedAt: NOW, version: 3 });
    expect(await records.servers.findByMdmInfo("8")).toBeUndefined();
    expect(await records.servers.register(serverSaying({ ...info, id: "8" }, mdmServerId(3), NOW))).toBe(true);
  });

  test("are noted to have called without becoming another version", async () => {
    await records.servers.register(server);
    await records.servers.seen(server.id, NOW);
    expect(await records.servers.get(server.id)).toEqual({ ...server, lastSeenAt: NOW });
  });
});

battery("links", (records) => {
  const here = locationId();
  const token = aContentToken({ dueAt: at("2026-11-11") });
  const claim = (mdmServer = server.id, links = noLinks(here)) =>
    withArrival(links, token, { mdmServerId: mdmServer, how: "fetched", at: NOW }, { conflictId: conflictId() });

  test("of a location that nobody linked to are none", async () => {
    expect(await records.links.of(here)).toEqual(noLinks(here));
    expect(await records.links.ofAll([here])).toEqual(new Map());
    expect(await Array.fromAsync(records.links.all())).toEqual([]);
    expect(await records.links.locationsOf(server.id)).toEqual([]);
  });

  test("come back as they were written, by location and by MDM server, from the version that was read", async () => {
    const { after } = claim();
    expect(await records.links.replace(after, { server: server.id }, [anEvent()])).toBe(true);
    expect(await records.links.replace(after, {}, [anEvent({ id: "evt_2" })])).toBe(false);
    expect(await records.links.of(here)).toEqual(after);
    expect(await records.links.ofAll([here, locationId(2)])).toEqual(new Map([[here, after]]));
    expect(await records.links.locationsOf(server.id)).toEqual([here]);
    expect((await records.untold()).map(({ id }) => id)).toEqual(["evt_1"]);
  });

  test("that two claim at once are never overlooked: one of them reads again", async () => {
    const claims = [server.id, mdmServerId(2)].map((each) => records.links.replace(claim(each).after, {}));
    expect((await Promise.all(claims)).toSorted()).toEqual([false, true]);
  });

  test("keep their conflict, and it is listed, newest first", async () => {
    const first = claim().after;
    await records.links.replace(first, {});
    const { after } = claim(mdmServerId(2), first);
    await records.links.replace(after, { conflict: after.conflict });
    expect(await records.links.conflict(conflictId())).toEqual(after.conflict);
    expect((await records.links.conflicts({ limit: 10 })).items).toEqual([after.conflict]);
    expect(await records.links.of(here)).toEqual(after);
  });

  test("and sightings come back with everything that they hold, and a conflict that is reopened takes the place of itself", async () => {
    const arrival = { mdmServerId: server.id, how: "identified" as const, at: NOW, isProof: true, statedName: "Fleet" };
    const first = withArrival(claim(mdmServerId(2)).after, token, arrival, { conflictId: conflictId() }).after;
    const lost = withClosed(first, openHoldings(first).slice(1), { at: NOW, by: ada.id, reason: "moved" });
    const again = withArrival(lost.after, token, arrival, { conflictId: conflictId(2), settled: lost.settled }).after;
    const steps = [
      { ...claim(mdmServerId(2)).after, version: 1 },
      { ...first, version: 2 },
      { ...lost.after, version: 3 },
      { ...again, version: 4 },
    ];
    for (const step of steps) {
      const conflict = step.conflict ?? (step.version === 3 ? lost.settled : undefined);
      expect(await records.links.replace(step, { conflict })).toBe(true);
      expect(await records.links.of(here)).toEqual(step);
    }
    expect((await records.links.conflicts({ limit: 10 })).items).toEqual([again.conflict]);
    expect(again.conflict).toMatchObject({ id: conflictId(), reopenedAt: NOW, earlier: [{ resolution: { keptBy: mdmServerId(2) } }] });
  });

  test("make a token due at once when it has to be looked at again", async () => {
    await records.withToken(token);
    await records.links.replace(claim().after, { lookAgain: { ...token, dueAt: NOW } });
    expect(await Array.fromAsync(records.reminders.due(NOW))).toMatchObject([{ id: token.id, dueAt: NOW }]);
  });

  describe("what was judged", () => {
    test.each<[string, () => Promise<unknown>]>([
      ["the caller", () => records.accounts.replace({ ...bob, grants: [], version: 2 })],
      ["the MDM server", () => records.servers.replace({ ...server, name: "Other", version: 2 })],
      ["whether the MDM server is still in use", () => records.servers.replace({ ...server, removedAt: NOW, version: 2 })],
      ["the token", () => records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" })],
      ["who has the token", () => records.tokens.handOver({ token, to: bob, holders: new Map([[ada.id, ada]]), at: NOW })],
    ])("has to be the same when it is written: %s", async (_, happens) => {
      await records.withToken(token);
      await records.servers.register(server);
      const preconditions = { accounts: [bob], servers: [server], tokens: [token] };
      await happens();
      expect(await records.links.replace(claim().after, {}, [anEvent()], preconditions)).toBe(false);
      expect(await records.links.of(here)).toEqual(noLinks(here));
      expect(await records.untold()).toEqual([]);
    });

    test("that did not change lets it through", async () => {
      await records.withToken(token);
      await records.servers.register(server);
      const preconditions = { accounts: [bob, bob], servers: [server], tokens: [token] };
      expect(await records.links.replace(claim().after, {}, [], preconditions)).toBe(true);
    });

    test("lets nobody add a token whose holder changed meanwhile", async () => {
      await records.accounts.register(ada);
      await records.accounts.recordPasswordChange(ada.id, NOW);
      await records.erasures.plan(token.file.key, NOW);
      expect(await records.tokens.add(token, [anEvent()], { preconditions: { accounts: [ada] } })).toBe(false);
      expect(await records.tokens.get(token.id)).toBeUndefined();
      expect(await records.untold()).toEqual([]);
    });

    test("lets two administrators not take each other's grants at once", async () => {
      await records.accounts.register(ada);
      await records.accounts.register(bob);
      const taking = [
        records.accounts.replace({ ...bob, grants: [], version: 2 }, [], { accounts: [ada] }),
        records.accounts.replace({ ...ada, grants: [], version: 2 }, [], { accounts: [bob] }),
      ];
      expect((await Promise.all(taking)).toSorted()).toEqual([false, true]);
    });
  });

  test("of all locations are gone through", async () => {
    await records.links.replace(claim().after, { server: server.id });
    const there = { ...token, id: contentTokenId(2), locationId: locationId(2) };
    const arrival = { mdmServerId: server.id, how: "linked" as const, at: NOW };
    const other = withArrival(noLinks(locationId(2)), there, arrival, { conflictId: conflictId() });
    await records.links.replace(other.after, { server: server.id });
    const all = await Array.fromAsync(records.links.all());
    expect(all.map(({ location }) => location).toSorted()).toEqual([here, locationId(2)]);
    expect((await records.links.locationsOf(server.id)).toSorted()).toEqual([here, locationId(2)]);
  });
});
