// The contract of closing a location, to which nothing comes from then on, and of the subscription, which is written with the location that it reserves.
import { beforeEach, expect, test } from "vitest";
import { noLinks, openHoldings, withArrival, withClosed } from "../../../domain/mdm-servers/links.ts";
import type { Location } from "../../../domain/organization/organization.ts";
import { NO_SUBSCRIPTION, released, reserved } from "../../../domain/organization/subscription.ts";
import { aContentToken, aLocation, anEvent, anOrganization, conflictId, locationId, mdmServerId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, more, unassigned } from "../../support/builders/postings.ts";
import { ada, battery, NOW } from "../../support/database/records.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });

battery("closing a location", (records) => {
  const closed = { ...other, closedAt: NOW, version: 2 };
  const token = aContentToken({ locationId: other.id });
  const there = key("101", other.id);
  const closing = async () => ({ arrivals: await records.locations.arrivals(other.id) });
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await records.locations.add(other);
  });

  test("counts what comes to it, and nothing that only moves there", async () => {
    const seen: number[] = [];
    for (const act of [
      async () => undefined,
      () => records.licenses.post(acquired(there, 3)),
      () => records.licenses.post(assigned(there, device("A"))),
      () => records.licenses.post(unassigned(there, device("A"))),
      () => records.licenses.post(more(there, -1)),
      () => records.add(token),
      () => records.licenses.post(more(there, 1)),
    ]) {
      await act();
      seen.push(await records.locations.arrivals(other.id));
    }
    expect(seen).toEqual([0, 1, 1, 1, 1, 2, 3]);
    expect(await records.locations.arrivals(here)).toBe(0);
  });

  test.each([0, 2])("lets nothing come to it from then on, after %i arrivals", async (arrivals) => {
    for (let count = 0; count < arrivals; count++) await records.licenses.post(count === 0 ? acquired(there, 1) : more(there, 1));
    expect(await records.locations.close(closed, await closing(), [anEvent()])).toBe(true);
    expect(await records.locations.get(other.id)).toEqual(closed);
    expect((await records.locations.list({ limit: 5 })).items).toEqual([aLocation()]);
    expect(await records.untold()).toEqual([anEvent()]);
    expect(await records.licenses.post(arrivals === 0 ? acquired(there, 1) : more(there, 1))).toBe(false);
    expect(await records.add(token)).toBe(false);
    expect(await records.tokens.get(token.id)).toBeUndefined();
    expect(await records.locations.close(closed, { arrivals })).toBe(false);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["licenses came", () => records.licenses.post(acquired(there, 1))],
    ["a token came", () => records.add(token)],
    ["it was edited", () => records.locations.replace({ ...other, name: "Edited", version: 2 })],
    ["its links changed", () => records.links.replace({ ...noLinks(other.id), version: 1 }, {})],
    ["the caller changed", () => records.accounts.replace({ ...ada, dedicated: true, version: 2 })],
  ])("changes nothing when %s since it was judged", async (_, happens) => {
    const preconditions = { ...(await closing()), links: { ...noLinks(other.id), version: 1 } };
    await happens();
    expect(await records.locations.close(closed, preconditions, [anEvent()], { accounts: [ada] })).toBe(false);
    expect((await records.locations.get(other.id))?.closedAt).toBeUndefined();
    expect(await records.untold()).toEqual([]);
    expect(await records.licenses.post(acquired(key("102", other.id), 1))).toBe(true);
  });

  test.each([0, 1])("and an arrival at once: one of them, after %i arrivals", async (before) => {
    if (before === 1) await records.licenses.post(acquired(there, 1));
    const preconditions = await closing();
    // The arrival is asked first: a closing that heeds only what comes after it would go through.
    const both = [records.licenses.post(acquired(key("102", other.id), 1)), records.locations.close(closed, preconditions)];
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
    const isClosed = (await records.locations.get(other.id))?.closedAt !== undefined;
    expect((await records.licenses.asset(key("102", other.id))) === undefined).toBe(isClosed);
  });

  test("ends its links and settles its conflict in the same act", async () => {
    const id = { conflictId: conflictId() };
    const first = withArrival(noLinks(other.id), token, { mdmServerId: mdmServerId(), how: "linked", at: NOW }, id).after;
    const linked = withArrival(first, token, { mdmServerId: mdmServerId(2), how: "identified", at: NOW }, id).after;
    for (const each of [first, linked]) await records.links.replace(each, { conflict: each.conflict });
    const { after: links, settled: conflict } = withClosed(linked, openHoldings(linked), { at: NOW, by: ada.id, reason: "closed" });
    expect(await records.locations.close(closed, { ...(await closing()), links, conflict })).toBe(true);
    expect(await records.links.of(other.id)).toEqual(links);
    expect(await records.links.conflict(conflictId())).toEqual(conflict);
  });
});

battery("the subscription", (records) => {
  const third = aLocation({ id: locationId(3), name: "Built-in", uId: "1000000000000002", primary: false, reservedAt: NOW });
  const began = (location: Location, version = 1) => ({
    plan: "monthly" as const,
    wasTold: false,
    locationId: location.id,
    sinceAt: NOW,
    version,
  });
  const ofPrimary = reserved(aLocation(), NOW);
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await records.locations.add(other);
  });

  test("is none before there was any", async () => {
    expect(await records.subscriptions.get()).toEqual(NO_SUBSCRIPTION);
  });

  test("begins with a location that is reserved, and ends with it released", async () => {
    expect(await records.subscriptions.replace(began(ofPrimary), ofPrimary, [anEvent()])).toBe(true);
    expect(await records.subscriptions.get()).toEqual(began(ofPrimary));
    expect(await records.locations.primary()).toEqual(ofPrimary);
    expect(await records.untold()).toEqual([anEvent()]);
    const ended = { plan: "none" as const, sinceAt: NOW, version: 2 };
    expect(await records.subscriptions.replace(ended, released(ofPrimary))).toBe(true);
    expect(await records.subscriptions.get()).toEqual(ended);
    expect(await records.locations.primary()).toEqual(aLocation({ version: 3 }));
  });

  test("begins with a new location, which is listed, and whose uId is nobody else's", async () => {
    expect(await records.subscriptions.replace(began(third), { ...third, uId: other.uId })).toBe(false);
    expect(await records.locations.get(third.id)).toBeUndefined();
    expect(await records.subscriptions.replace(began(third), third)).toBe(true);
    expect((await records.locations.list({ limit: 5 })).items).toContainEqual(third);
    expect(await records.locations.add({ ...third, id: locationId(4) })).toBe(false);
  });

  test("that two begin at once begins once", async () => {
    const beginning = [ofPrimary, third].map((location) => records.subscriptions.replace(began(location), location));
    expect((await Promise.all(beginning)).toSorted()).toEqual([false, true]);
    const all = (await records.locations.list({ limit: 5 })).items;
    const reserved = all.flatMap(({ id, reservedAt }) => (reservedAt === undefined ? [] : [id]));
    expect(reserved).toHaveLength(1);
    expect(await records.subscriptions.get()).toMatchObject({ plan: "monthly", locationId: reserved[0] });
  });

  test.each<[string, () => Promise<unknown>]>([
    ["it began", () => records.subscriptions.replace(began(third), third)],
    ["the location was edited", () => records.locations.replace(aLocation({ name: "Edited", version: 2 }))],
    ["a location that was judged was edited", () => records.locations.replace({ ...other, name: "Edited", version: 2 })],
    ["a location that was judged was closed", () => records.locations.close({ ...other, closedAt: NOW, version: 2 }, { arrivals: 0 })],
    ["links that were judged came", () => records.links.replace({ ...noLinks(other.id), version: 1 }, {})],
    ["links that were judged changed", () => records.links.replace({ ...noLinks(here), version: 2 }, {})],
    ["the caller changed", () => records.accounts.replace({ ...ada, dedicated: true, version: 2 })],
  ])("does not begin when %s since it was judged", async (_, happens) => {
    const linked = { ...noLinks(here), version: 1 };
    await records.links.replace(linked, {});
    const preconditions = { accounts: [ada], locations: [other], links: [noLinks(other.id), linked] };
    await happens();
    const before = [await records.subscriptions.get(), await records.locations.primary()];
    expect(await records.subscriptions.replace(began(ofPrimary), ofPrimary, [anEvent()], preconditions)).toBe(false);
    expect([await records.subscriptions.get(), await records.locations.primary()]).toEqual(before);
    expect(await records.untold()).toEqual([]);
  });

  test("that began and ended is not begun twice over the same end, nor ended twice", async () => {
    await records.subscriptions.replace(began(ofPrimary), ofPrimary);
    const ended = { plan: "none" as const, sinceAt: NOW, version: 2 };
    await records.subscriptions.replace(ended, released(ofPrimary));
    // Another location each time: it is the subscription's own version that refuses.
    expect(await records.subscriptions.replace(ended, reserved(other, NOW))).toBe(false);
    expect(await records.subscriptions.replace(began(third, 3), third)).toBe(true);
    expect(await records.subscriptions.replace(began(other, 3), reserved(other, NOW))).toBe(false);
    expect(await records.subscriptions.get()).toEqual(began(third, 3));
    expect(await records.locations.get(other.id)).toEqual(other);
  });

  test("begins when nothing of what was judged changed", async () => {
    const linked = { ...noLinks(here), version: 1 };
    await records.links.replace(linked, {});
    const preconditions = { accounts: [ada], locations: [other], links: [noLinks(other.id), linked] };
    expect(await records.subscriptions.replace(began(ofPrimary), ofPrimary, [], preconditions)).toBe(true);
  });

  test("of a location that is judged as open and was closed without a new version is noticed", async () => {
    const closed = { ...other, closedAt: NOW, version: 2 };
    await records.locations.close(closed, { arrivals: 0 });
    expect(await records.subscriptions.replace(began(ofPrimary), ofPrimary, [], { locations: [closed] })).toBe(false);
  });
});
