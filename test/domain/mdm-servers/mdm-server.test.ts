// MDM servers: which credential opens when, and what they say of themselves.
import { describe, expect, test } from "vitest";
import {
  isCredentialGood,
  isKnownById,
  isSeenAnew,
  MdmInfo,
  saying,
  serverSaying,
  statementChange,
  withCredential,
} from "../../../domain/mdm-servers/mdm-server.ts";
import type { ContentTokenId } from "../../../domain/shared/ids.ts";
import { anMdmServer, at, contentTokenId, mdmServerId } from "../../support/builders/make.ts";

const NOW = at("2026-06-01T00:00:00Z");
const [first, second, third] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];
const server = anMdmServer({ credentialSha256: first });

describe("a replaced credential", () => {
  const replaced = withCredential(server, second, NOW, false);

  test("goes on opening for a day, to the second, beside the new one", () => {
    expect(isCredentialGood(replaced, second, NOW)).toBe(true);
    expect(isCredentialGood(replaced, first, at("2026-06-01T23:59:59Z"))).toBe(true);
    expect(isCredentialGood(replaced, first, at("2026-06-02T00:00:00Z"))).toBe(false);
  });

  test("that is revoked opens nothing at once", () => {
    const revoked = withCredential(server, second, NOW, true);
    expect(isCredentialGood(revoked, first, NOW)).toBe(false);
    expect(isCredentialGood(revoked, second, NOW)).toBe(true);
  });

  test("goes on when another one is made after it, as when an administrator asks twice; a revocation ends both", () => {
    const twice = withCredential(replaced, third, NOW, false);
    expect([first, second, third].map((each) => isCredentialGood(twice, each, NOW))).toEqual([true, true, true]);
    const dayLater = at("2026-06-02T00:00:00Z");
    expect([first, second, third].map((each) => isCredentialGood(twice, each, dayLater))).toEqual([false, false, true]);
    const revoked = withCredential(replaced, third, NOW, true);
    expect([first, second, third].map((each) => isCredentialGood(revoked, each, NOW))).toEqual([false, false, true]);
  });
});

test("no credential opens for an MDM server that was removed", () => {
  expect(isCredentialGood({ ...server, removedAt: NOW }, first, NOW)).toBe(false);
});

describe("an MDM server that is known by what it said", () => {
  const info = { id: "7f0c", name: " Jamf ", metadata: "jamf.example.org" };
  const said = serverSaying(info, mdmServerId(), NOW);

  test("is called what it calls itself, and no credential opens for it until it is given one", () => {
    expect(said).toMatchObject({ name: "Jamf", vendor: "other", mdmInfo: info, saidAt: NOW });
    expect(serverSaying({ ...info, name: "  " }, mdmServerId(), NOW).name).toBe("Unnamed");
    for (const each of [first, ""]) expect(isCredentialGood(said, each, NOW)).toBe(false);
    const given = withCredential(said, first, NOW, false);
    expect([isCredentialGood(given, first, NOW), given.earlierCredentials]).toEqual([true, []]);
  });

  test("is the same when it says the same again, and keeps what else it says, under the name that people gave it", () => {
    const named = { ...said, name: "The old one" };
    expect(saying(named, { ...info }, at("2026-06-02"))).toBe(named);
    for (const over of [{ id: "8" }, { name: "Jamf 2" }, { metadata: "elsewhere" }])
      expect(saying(named, { ...info, ...over }, at("2026-06-02"))).toEqual({
        ...named,
        mdmInfo: { ...info, ...over },
        saidAt: at("2026-06-02"),
        knownByIdAt: "id" in over ? at("2026-06-02") : NOW,
        version: 2,
      });
  });

  const isKnown = (each: Parameters<typeof isKnownById>[0], id: string, tokenId: ContentTokenId, now: Date) =>
    isKnownById(each, { id, tokenId, now });

  test("is known by an id from after it was stated first, whatever else was stated since", () => {
    expect([isKnown(said, info.id, contentTokenId(1), NOW), isKnown(said, info.id, contentTokenId(1), at("2026-06-01T00:00:01Z"))]).toEqual(
      [false, true],
    );
    const renamed = saying(said, { ...info, name: "Jamf 2" }, at("2026-06-02"));
    const moved = saying(said, { ...info, id: "8" }, at("2026-06-02"));
    expect([
      isKnown(renamed, info.id, contentTokenId(1), at("2026-06-02")),
      isKnown(moved, "8", contentTokenId(1), at("2026-06-02")),
    ]).toEqual([true, false]);
    expect(isKnown(server, info.id, contentTokenId(1), at("2026-06-02"))).toBe(false);
  });

  test("is not known by an id to the token that the id was learnt from, and to other tokens it is", () => {
    const now = at("2026-07-01");
    const learnt = serverSaying(info, mdmServerId(), NOW, contentTokenId(1));
    const renamed = saying(learnt, { ...info, name: "Jamf 2" }, at("2026-06-02"), contentTokenId(2));
    const moved = saying(learnt, { ...info, id: "8" }, at("2026-06-02"), contentTokenId(2));
    const reported = saying(learnt, { ...info, id: "8" }, at("2026-06-02"));
    const known = ([each, id]: readonly [typeof learnt, string]) => [1, 2].map((seed) => isKnown(each, id, contentTokenId(seed), now));
    const cases = [
      [learnt, info.id],
      [renamed, info.id],
      [moved, "8"],
      [reported, "8"],
    ] as const;
    expect(cases.map(known)).toEqual([
      [false, true],
      [false, true],
      [true, false],
      [true, true],
    ]);
  });

  test.each<[Partial<typeof info>, string]>([
    [{ id: "8" }, "identity"],
    [{ name: "Jamf 2" }, "identity"],
    [{ metadata: "elsewhere" }, "metadata"],
    [{}, "none"],
  ])("that states %j changes its %s", (over, change) => {
    expect(statementChange(said, { ...info, ...over })).toBe(change);
  });

  test.each([
    ["id", 100],
    ["name", 100],
    ["metadata", 255],
  ])("says no more in its %s than Apple lets it", (field, most) => {
    expect(MdmInfo.safeParse({ ...info, [field]: "x".repeat(most) }).success).toBe(true);
    for (const text of ["x".repeat(most + 1), "", "a\nb", "\ud800"])
      expect(MdmInfo.safeParse({ ...info, [field]: text }).success).toBe(false);
  });
});

test("that it called is noted by the hour", () => {
  expect(isSeenAnew(server, NOW)).toBe(true);
  expect(isSeenAnew({ lastSeenAt: NOW }, at("2026-06-01T00:59:59Z"))).toBe(false);
  expect(isSeenAnew({ lastSeenAt: NOW }, at("2026-06-01T01:00:00Z"))).toBe(true);
});
