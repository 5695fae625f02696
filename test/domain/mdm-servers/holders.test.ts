// The MDM servers that would miss a token, those that have moved on, and what recording a removal closes: nobody counts as moved on who did not prove it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HolderHow } from "../../../domain/mdm-servers/conflict.ts";
import { haveAllMovedOn, heldTokens, holdingServers, holdingsToClose } from "../../../domain/mdm-servers/holders.ts";
import { type LocationLinks, mayFetch, noLinks, openHoldings, withArrival, withClosed } from "../../../domain/mdm-servers/links.ts";
import { isRenewalOf, isSuperseded } from "../../../domain/tokens/renewal.ts";
import { aContentToken, accountId, at, conflictId, contentTokenId, locationId, mdmServerId } from "../../support/builders/make.ts";

const NOW = at("2026-06-01T00:00:00Z");
const here = locationId();
const [older, newer, newest] = [
  aContentToken({ id: contentTokenId(1), expiresAt: at("2026-12-01") }),
  aContentToken({ id: contentTokenId(2), issuedAt: at("2026-06-01"), expiresAt: at("2027-06-01"), supersedesAt: at("2026-07-01") }),
  aContentToken({ id: contentTokenId(3), issuedAt: at("2026-06-20"), expiresAt: at("2027-06-20") }),
];
const [fleet, zentral] = [mdmServerId(1), mdmServerId(2)];
const OLDER = { id: older.id, worksWith: "this-service" as const };
const byNewer = new Set([newer.id]);

type Step = readonly [server: typeof fleet, how: HolderHow | "identified-first", token: typeof older, hour: number];
const hours = (hour: number): Date => new Date(NOW.getTime() + hour * 3_600_000);
const after = (...steps: readonly Step[]): LocationLinks =>
  steps.reduce((links, [mdmServer, what, token, hour]) => {
    const how = what === "identified-first" ? "identified" : what;
    const arrival = { mdmServerId: mdmServer, how, at: hours(hour), isProof: what === "proved" || what === "identified" };
    return withArrival(links, token, arrival, { conflictId: conflictId() }).after;
  }, noLinks(here));
const left = (...steps: readonly Step[]): boolean => haveAllMovedOn(after(...steps), OLDER, byNewer);

describe("moving on from a token", () => {
  test.each<[string, boolean, readonly Step[]]>([
    ["nobody is linked to it or was seen with it", false, []],
    ["its linked MDM server was seen with nothing newer", false, [[fleet, "linked", older, 0]]],
    [
      "it was linked to the newer one",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "linked", newer, 1],
      ],
    ],
    [
      "it was given a link to the newer one's file",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "fetched", newer, 1],
      ],
    ],
    [
      "the newer one was used while it alone was linked to that",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "linked", newer, 1],
        [fleet, "used", newer, 2],
      ],
    ],
    [
      "somebody reported it with the newer one",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "reported", newer, 1],
      ],
    ],
    [
      "Apple named it for the newer one",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "apple", newer, 1],
      ],
    ],
    [
      "it identified itself with the newer one under an id that was new",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "identified-first", newer, 1],
      ],
    ],
    [
      "it polled with the newer one's hash",
      true,
      [
        [fleet, "linked", older, 0],
        [fleet, "proved", newer, 1],
      ],
    ],
    [
      "it identified itself with the newer one under the id that it is known by",
      true,
      [
        [fleet, "linked", older, 0],
        [fleet, "identified", newer, 1],
      ],
    ],
    [
      "it proved the newer one before it was linked to this one",
      false,
      [
        [fleet, "proved", newer, 0],
        [fleet, "linked", older, 1],
      ],
    ],
    [
      "it was given a link to this one's file again",
      false,
      [
        [fleet, "linked", older, 0],
        [fleet, "proved", newer, 1],
        [fleet, "fetched", older, 2],
      ],
    ],
    [
      "this one was used again, by whomever",
      true,
      [
        [fleet, "linked", older, 0],
        [fleet, "proved", newer, 1],
        [fleet, "used", older, 2],
      ],
    ],
    [
      "one of two linked MDM servers proved the newer one",
      false,
      [
        [fleet, "linked", older, 0],
        [zentral, "linked", older, 0],
        [fleet, "proved", newer, 1],
      ],
    ],
    [
      "both proved it",
      true,
      [
        [fleet, "linked", older, 0],
        [zentral, "linked", older, 0],
        [fleet, "proved", newer, 1],
        [zentral, "identified", newer, 2],
      ],
    ],
    [
      "the only one that was seen with it, which nobody linked, identified itself with the newer one",
      true,
      [
        [fleet, "identified-first", older, 0],
        [fleet, "identified", newer, 1],
      ],
    ],
    [
      "only one of two that were seen with it did",
      false,
      [
        [fleet, "identified-first", older, 0],
        [zentral, "reported", older, 0],
        [fleet, "identified", newer, 1],
      ],
    ],
    [
      "its linked MDM server did, and one that was only seen did not",
      true,
      [
        [fleet, "linked", older, 0],
        [zentral, "identified", older, 0],
        [fleet, "proved", newer, 1],
      ],
    ],
    [
      "one that was only seen did, and its linked MDM server did not",
      false,
      [
        [fleet, "linked", older, 0],
        [zentral, "identified", older, 0],
        [zentral, "identified", newer, 1],
      ],
    ],
    [
      "its MDM server is linked by another token, was seen with this one, and proved the newer one",
      true,
      [
        [fleet, "linked", newest, 0],
        [fleet, "fetched", older, 1],
        [fleet, "proved", newer, 2],
      ],
    ],
  ])("when %s, all having moved on is %s", (_, expected, steps) => {
    expect(left(...steps)).toBe(expected);
  });

  test("is not done by proving one that is no usable renewal of it", () => {
    const links = after([fleet, "linked", older, 0], [fleet, "proved", newest, 1]);
    expect(haveAllMovedOn(links, OLDER, new Set([newer.id]))).toBe(false);
    expect(isSuperseded(older, newer, { links, usable: [older, newer] }, NOW)).toBe(false);
    expect(isSuperseded(older, newer, { links, usable: [older, newer, newest] }, NOW)).toBe(true);
  });

  test("counts only for the open links and sightings", () => {
    const both = after([fleet, "linked", older, 0], [zentral, "linked", older, 0], [fleet, "proved", newer, 1]);
    const closed = withClosed(both, [{ tokenId: older.id, mdmServerId: zentral }], { at: NOW, by: accountId(), reason: "removed" }).after;
    expect(haveAllMovedOn(closed, OLDER, byNewer)).toBe(true);
  });

  test("ends a token by the proof of every linked MDM server that has it, or by the end of the overlap, and by nothing else", () => {
    const step = fc.tuple(
      fc.constantFrom(fleet, zentral),
      fc.constantFrom<Step[1]>("linked", "fetched", "used", "reported", "apple", "identified-first", "proved", "identified"),
      fc.constantFrom(older, newer),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (acts, isOver) => {
        const steps = acts.map(([server, how, token], hour): Step => [server, how, token, hour]);
        const now = isOver ? at("2026-07-01") : at("2026-06-30T23:59:59Z");
        const proofs = steps.filter(([, how, token]) => token === newer && (how === "proved" || how === "identified"));
        const linked = new Set(steps.flatMap(([server, how, token]) => (how === "linked" && token === older ? [server] : [])));
        const isEnded = isSuperseded(older, newer, { links: after(...steps), usable: [older, newer] }, now);
        if (isOver) expect(isEnded).toBe(true);
        else if (isEnded) {
          expect(proofs.length).toBeGreaterThan(0);
          for (const server of linked) expect(proofs.map(([each]) => each)).toContain(server);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ["of another location", { locationId: locationId(2) }],
    ["that works with another service", { origin: "imported" as const }],
    ["that was issued earlier, whatever its end says", { issuedAt: at("2025-01-01"), expiresAt: at("2099-01-01") }],
  ])("to one %s renews nothing", (_, over) => {
    const links = after([fleet, "linked", older, 0], [fleet, "proved", newer, 1]);
    expect(isRenewalOf({ ...newer, ...over }, older)).toBe(false);
    expect(isSuperseded(older, { ...newer, ...over }, { links, usable: [older, newer] }, at("2027-01-01"))).toBe(false);
  });

  test("on leap day is done to the token that was issued later, though it ends earlier", () => {
    const before = aContentToken({ id: contentTokenId(3), issuedAt: at("2028-02-28T15:00:00Z"), expiresAt: at("2029-02-28T15:00:00Z") });
    const leap = aContentToken({ id: contentTokenId(4), issuedAt: at("2028-02-29T10:00:00Z"), expiresAt: at("2029-02-28T10:00:00Z") });
    expect([isRenewalOf(leap, before), isRenewalOf(before, leap)]).toEqual([true, false]);
  });
});

describe("the holders of a token", () => {
  test("are the MDM servers with a link or a sighting of it that proved no later one", () => {
    const links = after([fleet, "linked", older, 0], [zentral, "identified-first", older, 0], [fleet, "proved", newer, 1]);
    expect([holdingServers(links, older.id), holdingServers(links, newer.id)]).toEqual([[zentral], [fleet]]);
    expect(new Set(heldTokens(links))).toEqual(new Set([older.id, newer.id]));
    expect(heldTokens(after([fleet, "linked", older, 0], [fleet, "fetched", newer, 1])).length).toBe(2);
    expect(heldTokens(noLinks(here))).toEqual([]);
  });

  test("are those that fell back to it, once they were given it again", () => {
    const back = after([fleet, "linked", older, 0], [fleet, "proved", newer, 1], [fleet, "fetched", older, 2]);
    expect(holdingServers(back, older.id)).toEqual([fleet]);
    expect(heldTokens(after([fleet, "linked", older, 0], [fleet, "proved", newer, 1], [fleet, "proved", older, 2]))).toEqual([older.id]);
  });
});

describe("recording that a token was removed from an MDM server", () => {
  const removed = (links: LocationLinks, token: typeof older, ended: readonly (typeof older)[] = []): string[] =>
    holdingsToClose(links, { tokenId: token.id, mdmServerId: fleet }, (id) => ended.some((each) => each.id === id)).map(
      ({ tokenId }) => tokenId,
    );

  test.each<[string, readonly Step[], typeof older, readonly (typeof older)[], readonly (typeof older)[]]>([
    [
      "the latest one closes those that it took the place of",
      [
        [fleet, "linked", older, 0],
        [fleet, "proved", newer, 1],
      ],
      newer,
      [],
      [older, newer],
    ],
    [
      "also where it was fetched and not yet proved",
      [
        [fleet, "linked", older, 0],
        [fleet, "fetched", newer, 1],
      ],
      newer,
      [],
      [older, newer],
    ],
    [
      "also those that ended, though it was only linked",
      [
        [fleet, "linked", older, 0],
        [fleet, "linked", newer, 1],
      ],
      newer,
      [older],
      [older, newer],
    ],
    [
      "and keeps one that still works and was not left",
      [
        [fleet, "linked", older, 0],
        [fleet, "linked", newer, 1],
      ],
      newer,
      [],
      [newer],
    ],
    [
      "and keeps one that it fell back to",
      [
        [fleet, "linked", older, 0],
        [fleet, "proved", newer, 1],
        [fleet, "fetched", older, 2],
      ],
      newer,
      [],
      [newer],
    ],
    [
      "an earlier one closes itself alone",
      [
        [fleet, "linked", older, 0],
        [fleet, "linked", newer, 1],
        [fleet, "proved", newer, 2],
      ],
      older,
      [],
      [older],
    ],
    [
      "the only one that works closes a later one that ended",
      [
        [fleet, "linked", older, 0],
        [fleet, "fetched", newer, 1],
      ],
      older,
      [newer],
      [newer, older],
    ],
    [
      "one that the MDM server does not have closes nothing",
      [
        [fleet, "linked", older, 0],
        [zentral, "linked", newer, 1],
      ],
      newer,
      [],
      [],
    ],
  ])("%s", (_, steps, token, ended, expected) => {
    expect(removed(after(...steps), token, ended)).toEqual(expected.map(({ id }) => id));
  });

  test("leaves other MDM servers and the tokens of the other service alone", () => {
    const apple = { ...newest, origin: "imported" as const };
    const links = after(
      [zentral, "linked", older, 0],
      [fleet, "linked", apple, 0],
      [fleet, "linked", older, 0],
      [fleet, "proved", newer, 1],
    );
    expect(removed(links, newer)).toEqual([older.id, newer.id]);
  });

  test("of the latest token cuts off an MDM server that proved to have left its other tokens, in any order", () => {
    const step = fc.tuple(fc.constantFrom<Step[1]>("linked", "fetched", "proved", "used"), fc.constantFrom(older, newer, newest));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (acts) => {
        const steps = acts.map(([how, token], hour): Step => [fleet, how, token, hour]);
        const links = after(...steps, [fleet, "proved", newest, steps.length]);
        const closing = holdingsToClose(links, { tokenId: newest.id, mdmServerId: fleet }, () => false);
        const closed = withClosed(links, closing, { at: NOW, by: accountId(), reason: "removed" }).after;
        expect([mayFetch(closed, fleet), openHoldings(closed)]).toEqual([false, []]);
      }),
    );
  });
});
