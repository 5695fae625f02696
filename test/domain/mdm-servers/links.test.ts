// Links and sightings of one location: only links authorize, and two MDM servers with either are a conflict in any order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Conflict, HolderHow } from "../../../domain/mdm-servers/conflict.ts";
import {
  claimants,
  findSettledConflict,
  isProofNew,
  isSightingDue,
  type LocationLinks,
  mayFetch,
  noLinks,
  openHoldings,
  openLinks,
  openSighting,
  openSightings,
  withArrival,
  withClosed,
} from "../../../domain/mdm-servers/links.ts";
import { SightingHow } from "../../../domain/mdm-servers/sighting.ts";
import { aContentToken, accountId, at, conflictId, contentTokenId, locationId, mdmServerId } from "../../support/builders/make.ts";

const NOW = at("2026-06-01T00:00:00Z");
const here = locationId();
const [older, newer] = [aContentToken({ id: contentTokenId(1) }), aContentToken({ id: contentTokenId(2) })];
const [fleet, zentral, jamf] = [mdmServerId(1), mdmServerId(2), mdmServerId(3)];
const why = { at: NOW, by: accountId(), reason: "we moved" };

const arrive = (links: LocationLinks, mdmServer = fleet, how: HolderHow = "linked", token = older, when = NOW, settled?: Conflict) =>
  withArrival(links, token, { mdmServerId: mdmServer, how, at: when, isProof: how === "proved" }, { conflictId: conflictId(), settled });
const after = (...steps: Parameters<typeof arrive> extends [unknown, ...infer Rest] ? Rest[] : never): LocationLinks =>
  steps.reduce((links, step) => arrive(links, ...step).after, noLinks(here));
const close = (links: LocationLinks, mdmServer = fleet, token = older) =>
  withClosed(links, [{ tokenId: token.id, mdmServerId: mdmServer }], why);

describe("a link", () => {
  test("is what lets an MDM server fetch, until it is closed", () => {
    const linked = after([fleet]);
    expect([mayFetch(linked, fleet), mayFetch(linked, zentral)]).toEqual([true, false]);
    expect(mayFetch(close(linked).after, fleet)).toBe(false);
  });

  test("made twice is one, with its first time", () => {
    const twice = after([fleet], [fleet, "linked", older, at("2026-06-03")]);
    expect(twice.links).toMatchObject([{ linkedAt: NOW, sinceAt: NOW }]);
  });

  test("to a further token of the location keeps the time from which the MDM server may fetch there; after a break it is a new time", () => {
    const both = after([fleet], [fleet, "linked", newer, at("2026-06-03")]);
    expect(openLinks(both).map(({ sinceAt }) => sinceAt)).toEqual([NOW, NOW]);
    expect(openLinks(close(both).after)).toMatchObject([{ tokenId: newer.id, sinceAt: NOW }]);
    const again = arrive(close(after([fleet])).after, fleet, "linked", newer, at("2026-06-03")).after;
    expect(openLinks(again)).toMatchObject([{ sinceAt: at("2026-06-03") }]);
  });

  test("is kept when it is closed, so that people can see it", () => {
    const closed = close(after([fleet])).after;
    expect(closed.links).toMatchObject([{ removedAt: NOW }]);
    expect(openHoldings(closed)).toEqual([]);
  });

  test("that is open is never dropped, nor one of the many sightings that an MDM server is known by alone", () => {
    let links = after([zentral], [jamf, "identified"]);
    for (let count = 0; count < 450; count++) {
      const token = aContentToken({ id: contentTokenId(count % 200) });
      const when = new Date(NOW.getTime() + count * 1000);
      links = arrive(links, fleet, count % 2 === 0 ? "linked" : "identified", token, when).after;
      links = withClosed(links, [{ tokenId: token.id, mdmServerId: fleet }], { ...why, at: when }).after;
    }
    expect(links.links.length).toBeLessThanOrEqual(201);
    expect(links.sightings.length).toBeLessThanOrEqual(200);
    expect(claimants(links)).toEqual([zentral, jamf]);
  });
});

describe("a sighting", () => {
  test.each(SightingHow.options)("that is %s authorizes nothing, and makes a conflict beside another MDM server", (how) => {
    const seen = after([zentral], [fleet, how]);
    expect([mayFetch(seen, fleet), openLinks(seen).length]).toEqual([false, 1]);
    expect(seen.conflict?.claims).toMatchObject([
      { mdmServerId: zentral, how: "linked" },
      { mdmServerId: fleet, how },
    ]);
  });

  test("of one MDM server with one token is one, with the first time, the last one and how it was seen then", () => {
    const seen = after([fleet, "reported"], [fleet, "fetched", older, at("2026-06-03")]);
    expect(seen.sightings).toMatchObject([{ how: "fetched", firstAt: NOW, lastAt: at("2026-06-03") }]);
    expect(seen.sightings[0]?.provedAt).toBeUndefined();
  });

  test("keeps a use apart: it is no later evidence, and the time of the first use stays", () => {
    const used = after([fleet, "fetched"], [fleet, "used", older, at("2026-06-03")]);
    expect(used.sightings).toMatchObject([{ how: "fetched", lastAt: NOW, usedAt: at("2026-06-03") }]);
    const identified = arrive(used, fleet, "identified", older, at("2026-06-04")).after;
    expect(identified.sightings).toMatchObject([{ how: "identified", lastAt: at("2026-06-04"), usedAt: at("2026-06-03") }]);
  });

  test("is due as the first one, as the first proof of a token that was only seen, and every five minutes", () => {
    const key = { tokenId: older.id, mdmServerId: fleet };
    const seen = after([fleet, "identified"]);
    const isDue = (links: LocationLinks, seconds: number, isProof: boolean): boolean =>
      isSightingDue(links, key, { at: new Date(NOW.getTime() + seconds * 1000), isProof });
    expect(isDue(noLinks(here), 0, false)).toBe(true);
    expect([isDue(seen, 299, false), isDue(seen, 300, false), isDue(seen, 1, true)]).toEqual([false, true, true]);
    expect(isDue(after([fleet, "proved"]), 299, true)).toBe(false);
  });

  test("is news as a proof until it is proved, and again after another token was", () => {
    const key = { tokenId: older.id, mdmServerId: fleet };
    expect(isProofNew(after([fleet, "fetched"]), key)).toBe(true);
    const proved = after([fleet, "proved"]);
    expect(isProofNew(proved, key)).toBe(false);
    expect(isProofNew(arrive(proved, fleet, "proved", newer, at("2026-06-03")).after, key)).toBe(true);
  });
});

describe("a second MDM server on a location", () => {
  test("makes a conflict that names both, with their claims in order", () => {
    const first = arrive(noLinks(here));
    expect(first).toMatchObject({ found: false, after: { version: 1 } });
    const second = arrive(first.after, zentral, "fetched", newer, at("2026-06-02"));
    expect(second.found).toBe(true);
    expect(second.after.conflict).toMatchObject({
      id: conflictId(),
      location: here,
      claims: [
        { mdmServerId: fleet, tokenId: older.id, how: "linked" },
        { mdmServerId: zentral, tokenId: newer.id, how: "fetched" },
      ],
    });
  });

  test("that claims again while it is open adds to its history, and finds no other", () => {
    const again = arrive(after([fleet], [zentral]), fleet, "fetched");
    expect([again.found, again.after.conflict?.claims.length]).toEqual([false, 3]);
  });

  test("is announced again when a third one joins, which is named however long the history is", () => {
    let links = after([fleet], [zentral]);
    for (let count = 0; count < 60; count++) links = arrive(links, fleet, "fetched", aContentToken({ id: contentTokenId(count) })).after;
    const third = arrive(links, jamf);
    expect(third.found).toBe(true);
    expect(third.after.conflict?.claims.at(-1)).toMatchObject({ mdmServerId: jamf });
    expect(arrive(third.after, jamf).after.conflict?.claims).toHaveLength(third.after.conflict?.claims.length ?? 0);
  });

  test("after the first one was unlinked is none", () => {
    expect(arrive(close(after([fleet])).after, zentral)).toMatchObject({ found: false });
  });

  test("that is unlinked settles it for the one that is left, or for nobody", () => {
    const settled = close(after([fleet, "fetched"], [zentral]));
    expect(settled.settled?.resolution).toEqual({ keptBy: zentral, ...why });
    expect(settled.after.conflict).toBeUndefined();
    const both = [fleet, zentral].map((mdmServer) => ({ tokenId: older.id, mdmServerId: mdmServer }));
    expect(withClosed(after([fleet], [zentral]), both, why).settled?.resolution).toEqual(why);
  });

  test("that lost it and is seen again reopens it under its id, with how it was resolved; a stranger begins another one", () => {
    const { after: kept, settled } = close(after([fleet], [zentral]));
    expect([findSettledConflict(kept, fleet), findSettledConflict(kept, jamf)]).toEqual([conflictId(), undefined]);
    const reopened = withArrival(
      kept,
      older,
      { mdmServerId: fleet, how: "identified", at: at("2026-06-03") },
      { conflictId: conflictId(9), settled },
    );
    expect(reopened).toMatchObject({
      found: true,
      after: {
        settled: [],
        conflict: {
          id: conflictId(),
          foundAt: NOW,
          reopenedAt: at("2026-06-03"),
          claims: [
            { mdmServerId: zentral, how: "linked" },
            { mdmServerId: fleet, how: "identified" },
          ],
          earlier: [{ resolution: { keptBy: zentral }, claims: [{}, {}] }],
        },
      },
    });
    expect(reopened.after.conflict?.resolution).toBeUndefined();
    expect(mayFetch(reopened.after, fleet)).toBe(false);
    const other = withArrival(kept, older, { mdmServerId: jamf, how: "identified", at: NOW }, { conflictId: conflictId(9) }).after;
    expect([other.conflict?.id, other.settled.length]).toEqual([conflictId(9), 1]);
  });

  test("that is reopened time and again keeps the last five rounds", () => {
    let links = after([zentral], [fleet]);
    for (let round = 0; round < 8; round++) {
      const { after: kept, settled } = close(links);
      links = arrive(kept, fleet, "identified", older, NOW, settled).after;
    }
    expect([links.conflict?.earlier?.length, links.settled.length]).toEqual([5, 0]);
  });

  test("is a conflict in any order, never without two of them, and names each of them; only a link opens a link", () => {
    const act = fc.record({
      mdmServer: fc.constantFrom(fleet, zentral, jamf),
      token: fc.constantFrom(older, newer),
      what: fc.constantFrom("linked", "close", ...SightingHow.options),
    } as const);
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
        let links = noLinks(here);
        const settled = new Map<string, Conflict>();
        for (const { mdmServer, token, what } of acts) {
          const before = openLinks(links).length;
          if (what === "close") {
            const closed = close(links, mdmServer, token);
            if (closed.settled !== undefined) settled.set(closed.settled.id, closed.settled);
            links = closed.after;
          } else {
            const earlier = findSettledConflict(links, mdmServer);
            links = arrive(links, mdmServer, what, token, NOW, earlier === undefined ? undefined : settled.get(earlier)).after;
            expect(openSighting(links, { tokenId: token.id, mdmServerId: mdmServer }) !== undefined || what === "linked").toBe(true);
          }
          if (what !== "linked") expect(openLinks(links).length).toBeLessThanOrEqual(before);
          expect(links.conflict !== undefined).toBe(claimants(links).length >= 2);
          const named = new Set(links.conflict?.claims.map(({ mdmServerId: each }) => each));
          if (links.conflict !== undefined) for (const each of claimants(links)) expect(named).toContain(each);
          expect(links.conflict?.resolution).toBeUndefined();
          expect(openSightings(links).every(({ removedAt }) => removedAt === undefined)).toBe(true);
        }
      }),
    );
  });
});
