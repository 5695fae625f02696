// Which MDM server has which token: two on one location are a conflict whatever came first, and nobody is counted as moved on who has not.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  claimants,
  claimed,
  heldTokens,
  holdingLinks,
  isLeft,
  isProofNew,
  type LocationLinks,
  leftTokens,
  noLinks,
  openLinks,
  resolved,
  unlinked,
} from "../../domain/links.ts";
import { isRenewalOf, isSuperseded } from "../../domain/renewal.ts";
import { aContentToken, accountId, at, conflictId, contentTokenId, locationId, mdmServerId } from "../make.ts";

const NOW = at("2026-06-01T00:00:00Z");
const here = locationId();
const [older, newer] = [
  aContentToken({ id: contentTokenId(1), expiresAt: at("2026-12-01") }),
  aContentToken({ id: contentTokenId(2), issuedAt: at("2026-06-01"), expiresAt: at("2027-06-01"), supersedesAt: at("2026-07-01") }),
];
const [fleet, zentral] = [mdmServerId(1), mdmServerId(2)];

const claim = (links: LocationLinks, mdmServer = fleet, how: "linked" | "fetched" | "said" = "linked", token = older, when = NOW) =>
  claimed(links, token, { mdmServerId: mdmServer, how, at: when }, conflictId());
/** It tells the hash of the file: it has it. */
const prove = (links: LocationLinks, mdmServer = fleet, token = newer, when = at("2026-06-02")): LocationLinks =>
  claimed(links, token, { mdmServerId: mdmServer, how: "fetched", at: when, proved: true }, conflictId()).after;

/** The links after one was closed by Ada, as they were when there was none. */
const unlink = (links: LocationLinks, mdmServer = fleet, token = older, when = NOW): LocationLinks =>
  unlinked(links, { tokenId: token.id, mdmServerId: mdmServer }, { at: when, by: accountId() })?.after ?? links;

describe("a second MDM server on a location", () => {
  test("makes a conflict that names both, with their claims in order", () => {
    const first = claim(noLinks(here));
    expect(first).toMatchObject({ found: false, after: { version: 1 } });
    const { after, found } = claim(first.after, zentral, "fetched", newer, at("2026-06-02"));
    expect(found).toBe(true);
    expect(after.conflict).toMatchObject({
      id: conflictId(),
      location: here,
      claims: [
        { mdmServerId: fleet, tokenId: older.id, how: "linked" },
        { mdmServerId: zentral, tokenId: newer.id, how: "fetched" },
      ],
    });
  });

  test("that claims again while it is open adds to its history, and finds no other", () => {
    const open = claim(claim(noLinks(here)).after, zentral).after;
    const { after, found } = claim(open, fleet, "fetched");
    expect(found).toBe(false);
    expect(after.conflict?.claims).toHaveLength(3);
  });

  test("is told of again when a third one joins, and named however long the history is", () => {
    let links = claim(claim(noLinks(here)).after, zentral).after;
    for (let count = 0; count < 60; count++) links = claim(links, fleet, "fetched", aContentToken({ id: contentTokenId(count) })).after;
    const third = claim(links, mdmServerId(3));
    expect(third.found).toBe(true);
    expect(third.after.conflict?.claims.at(-1)).toMatchObject({ mdmServerId: mdmServerId(3) });
    expect(claim(third.after, mdmServerId(3)).after.conflict?.claims).toHaveLength(third.after.conflict?.claims.length ?? 0);
  });

  test("after the first one was unlinked is none", () => {
    expect(claim(unlink(claim(noLinks(here)).after), zentral)).toMatchObject({ found: false });
  });

  test("that is unlinked settles it for the one that is left, or for nobody", () => {
    const open = claim(claim(noLinks(here), fleet, "fetched").after, zentral).after;
    expect(open.conflict?.claims.map(({ how }) => how)).toEqual(["fetched", "linked"]);
    const key = { tokenId: older.id, mdmServerId: fleet };
    const settled = unlinked(open, key, { at: NOW, by: accountId() });
    expect(settled?.settled?.resolution).toMatchObject({ keptBy: zentral, at: NOW });
    expect(settled?.after.conflict).toBeUndefined();
    expect(claim(settled?.after ?? open, fleet).found).toBe(true);
  });

  test("is settled by who keeps it: the others' links are closed, and a new claim of theirs is a new conflict", () => {
    const open = claim(claim(noLinks(here)).after, zentral).after;
    const settled = resolved(open, { keptBy: zentral, at: NOW });
    expect(settled.conflict).toBeUndefined();
    expect(claimants(settled)).toEqual([zentral]);
    expect(claim(settled, fleet).found).toBe(true);
  });

  test("is a conflict in whatever order they come, and never without two", () => {
    const act = fc.record({
      mdmServer: fc.constantFrom(fleet, zentral, mdmServerId(3)),
      token: fc.constantFrom(older, newer),
      what: fc.constantFrom("linked", "fetched", "said", "unlink"),
    } as const);
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let links = noLinks(here);
        for (const { mdmServer, token, what } of acts) {
          if (what === "unlink") links = unlink(links, mdmServer, token);
          else links = claim(links, mdmServer, what, token).after;
          expect(links.conflict !== undefined).toBe(claimants(links).length >= 2);
          const named = new Set(links.conflict?.claims.map(({ mdmServerId: each }) => each));
          if (links.conflict !== undefined) expect(named.size).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });
});

describe("links", () => {
  test("are kept when they are closed, so that they can be looked at", () => {
    const after = unlink(claim(noLinks(here)).after);
    expect(after.links).toMatchObject([{ removedAt: NOW }]);
    expect(openLinks(after)).toEqual([]);
    expect(unlinked(after, { tokenId: older.id, mdmServerId: fleet }, { at: NOW, by: accountId() })).toBeUndefined();
  });

  test("of one MDM server to one token are one, with the first time it was linked and the last it was fetched, which proves nothing", () => {
    const once = claim(noLinks(here)).after;
    const { links } = claim(once, fleet, "fetched", older, at("2026-06-03")).after;
    expect(links).toMatchObject([{ linkedAt: NOW, fetchedAt: at("2026-06-03") }]);
    expect(links[0]?.usedAt).toBeUndefined();
    expect(links).toHaveLength(1);
  });

  test("that were closed are dropped when there are too many, the oldest first, and open ones never", () => {
    let links = claim(noLinks(here), zentral).after;
    for (let count = 0; count < 250; count++) {
      const token = aContentToken({ id: contentTokenId(count % 200) });
      const when = new Date(NOW.getTime() + count * 1000);
      links = claim(links, fleet, "linked", token, when).after;
      links = unlink(links, fleet, token, when);
    }
    expect(links.links.length).toBeLessThanOrEqual(201);
    expect(claimants(links)).toEqual([zentral]);
  });
});

describe("moving on to a newer token", () => {
  const both = (used: readonly (typeof fleet)[]): LocationLinks => {
    let links = noLinks(here);
    for (const server of [fleet, zentral]) links = claim(links, server).after;
    for (const server of used) links = prove(claim(links, server, "fetched", newer).after, server);
    return links;
  };

  test("is done when every MDM server that was linked to the older one has used it", () => {
    expect(isLeft(both([]), older)).toBe(false);
    expect(isLeft(both([fleet]), older)).toBe(false);
    expect(holdingLinks(both([fleet]), older.id)).toMatchObject([{ mdmServerId: zentral }]);
    expect(isLeft(both([fleet, zentral]), older)).toBe(true);
    expect(leftTokens(both([fleet, zentral]))).toEqual([older.id]);
  });

  test("leaves the older one held by nobody only when every MDM server has used the newer one", () => {
    expect(heldTokens(noLinks(here))).toEqual([]);
    expect(heldTokens(both([]))).toEqual([older.id]);
    expect(new Set(heldTokens(both([fleet])))).toEqual(new Set([older.id, newer.id]));
    expect(heldTokens(both([fleet, zentral]))).toEqual([newer.id]);
    expect(heldTokens(unlink(claim(noLinks(here)).after))).toEqual([]);
  });

  test("is not done by being linked to it, before it was used", () => {
    const linked = claim(claim(noLinks(here)).after, fleet, "linked", newer).after;
    expect(isLeft(linked, older)).toBe(false);
  });

  test("is done by an MDM server that names itself with it, as by one that tells its hash", () => {
    const said = claim(claim(noLinks(here)).after, fleet, "said", newer, at("2026-06-02")).after;
    expect(openLinks(said).at(-1)).toMatchObject({ how: "said", usedAt: at("2026-06-02") });
    expect(isLeft(said, older)).toBe(true);
    expect(isProofNew(said, { tokenId: newer.id, mdmServerId: fleet })).toBe(false);
    const linked = claim(claim(noLinks(here)).after, fleet, "said", older, at("2026-06-02")).after;
    expect(linked.links).toMatchObject([{ how: "linked", linkedAt: NOW, usedAt: at("2026-06-02") }]);
  });

  test("is undone by falling back: whoever was given the older one again holds it", () => {
    const back = claim(both([fleet, zentral]), fleet, "fetched", older, at("2026-06-03")).after;
    expect(holdingLinks(back, older.id)).toMatchObject([{ mdmServerId: fleet }]);
    expect(isLeft(back, older)).toBe(false);
    const seen = prove(back, fleet, older, at("2026-06-04"));
    expect(holdingLinks(seen, newer.id)).toMatchObject([{ mdmServerId: zentral }]);
  });

  test("is news once: a poll that tells the same again writes nothing", () => {
    const key = { tokenId: newer.id, mdmServerId: fleet };
    expect(isProofNew(both([]), key)).toBe(true);
    expect(isProofNew(both([fleet]), key)).toBe(false);
    const back = prove(claim(both([fleet]), fleet, "fetched", older, at("2026-06-03")).after, fleet, older, at("2026-06-04"));
    expect(isProofNew(back, key)).toBe(true);
  });

  test("on leap day is done to the token that was issued later, though it ends earlier", () => {
    const before = aContentToken({ id: contentTokenId(3), issuedAt: at("2028-02-28T15:00:00Z"), expiresAt: at("2029-02-28T15:00:00Z") });
    const leap = aContentToken({ id: contentTokenId(4), issuedAt: at("2028-02-29T10:00:00Z"), expiresAt: at("2029-02-28T10:00:00Z") });
    expect([isRenewalOf(leap, before), isRenewalOf(before, leap)]).toEqual([true, false]);
  });

  test("says nothing of a token that no MDM server was linked to: its holders may not be registered", () => {
    expect(isLeft(noLinks(here), older)).toBe(false);
    expect(isSuperseded(older, newer, noLinks(here), NOW)).toBe(false);
  });

  test("supersedes the older one, or the end of the overlap does", () => {
    expect(isSuperseded(older, newer, both([fleet]), NOW)).toBe(false);
    expect(isSuperseded(older, newer, both([fleet, zentral]), NOW)).toBe(true);
    expect(isSuperseded(older, newer, noLinks(here), at("2026-07-01"))).toBe(true);
    expect(isSuperseded(older, newer, noLinks(here), at("2026-06-30T23:59:59Z"))).toBe(false);
  });

  test.each([
    ["of another location", { locationId: locationId(2) }],
    ["that works with another service", { origin: "imported" as const }],
    ["that was issued earlier, whatever its end says", { issuedAt: at("2025-01-01"), expiresAt: at("2099-01-01") }],
  ])("to one %s renews nothing", (_, over) => {
    expect(isRenewalOf({ ...newer, ...over }, older)).toBe(false);
    expect(isSuperseded(older, { ...newer, ...over }, both([fleet, zentral]), at("2027-01-01"))).toBe(false);
  });
});
