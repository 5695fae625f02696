// The list of content tokens, page by page, while grants change: nothing twice, and never anything out of the caller's reach.
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { LocationId } from "../../../domain/shared/ids.ts";
import { aContentToken, aLocation, at, contentTokenId, locationId } from "../../support/builders/make.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

type Shown = { readonly id: string; readonly locationId: string };

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

/** Tokens of locations by their number, the later the newer; the manager may act in `granted`. */
const withTokens = async (locations: readonly number[], granted: readonly number[]) => {
  for (const seed of new Set(locations))
    if (seed !== 1) await service.ports.locations.add(aLocation({ id: locationId(seed), uId: String(10 ** 15 + seed), primary: false }));
  for (const [index, location] of locations.entries()) {
    const seed = index + 1;
    const token = aContentToken({
      id: contentTokenId(seed),
      locationId: locationId(location),
      downloadedBy: [],
      issuedAt: new Date(at("2026-01-01T00:00:00Z").getTime() + seed * 1000),
      secretSha256: seed.toString(16).padStart(64, "0"),
      file: { key: `tokens/${seed}`, version: "1", sha256: "b".repeat(64) },
    });
    await service.ports.erasures.plan(token.file.key, token.issuedAt);
    expect(await service.ports.tokens.add(token)).toBe(true);
  }
  await service.ports.accounts.register(signedUp("manager", { grants: grantsOf(granted) }));
};
const grantsOf = (locations: readonly number[]) =>
  locations.map((seed) => ({ role: "content-manager" as const, location: locationId(seed) as LocationId | "all" }));
const grant = async (grants: ReturnType<typeof grantsOf>) => {
  const before = await service.ports.accounts.get(signedUp("manager").id);
  if (before === undefined) throw new Error("the manager is not registered");
  await service.ports.accounts.replace({ ...before, grants, version: before.version + 1 });
};

const list = (after?: string, more: Record<string, string> = {}) =>
  service.call("GET /v1/content-tokens", [], { as: "manager", query: { limit: "2", ...more, ...(after === undefined ? {} : { after }) } });
const idsOf = ({ body }: { body: { items: Shown[] } }) => body.items.map(({ id }) => id);
const decoded = (cursor: string) => JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
const forged = (place: object) => Buffer.from(JSON.stringify(place)).toString("base64url");

test("goes on where it was, whatever grants came or went", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 14 }),
      fc.array(fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }), { minLength: 1, maxLength: 12 }),
      async (locations, grantings) => {
        service = await makeService();
        await withTokens(locations, grantings[0] ?? []);
        const seen: string[] = [];
        const always = new Set([1, 2, 3, 4, 5]);
        let after: string | undefined;
        for (let page = 0; ; page++) {
          const granted = grantings[Math.min(page, grantings.length - 1)] ?? [];
          for (const seed of always) if (!granted.includes(seed)) always.delete(seed);
          await grant(grantsOf(granted));
          const { status, body } = await list(after);
          expect(status).toBe(200);
          for (const item of body.items) expect(granted.map((seed) => locationId(seed))).toContain(item.locationId);
          seen.push(...body.items.map(({ id }: Shown) => id));
          after = body.next;
          if (after === undefined) break;
        }
        expect(seen).toEqual([...new Set(seen)]);
        // Whoever kept a location all the while has seen all of it.
        const kept = locations.flatMap((location, index) => (always.has(location) ? [contentTokenId(index + 1)] : []));
        expect(seen).toEqual(expect.arrayContaining(kept));
      },
    ),
    { numRuns: 60 },
  );
});

describe("a cursor", () => {
  test("names the location it stands in, and goes on behind one that was taken away", async () => {
    await withTokens([1, 1, 1, 2, 2, 3], [1, 2, 3]);
    const first = await list();
    expect(decoded(first.body.next)).toMatchObject({ list: locationId(1) });
    await grant(grantsOf([2, 3]));
    const second = await list(first.body.next);
    expect(idsOf(second)).toEqual([5, 4].map(contentTokenId));
    await grant(grantsOf([1, 2]));
    expect((await list(second.body.next)).body).toEqual({ items: [] });
  });

  test("that names a location out of reach never shows it", async () => {
    await withTokens([1, 2, 3], [2]);
    for (const seed of [1, 2, 3, 9]) {
      const { status, body } = await list(forged({ list: locationId(seed) }));
      expect(status).toBe(200);
      expect(body.items.every((item: Shown) => item.locationId === locationId(2))).toBe(true);
    }
  });

  test.each<[string, object]>([
    ["of all locations", { list: "all" }],
    ["of no location", {}],
    ["of a location by number", { at: 0 }],
    ["with an empty place in it", { list: locationId(2), after: "" }],
    ["with a place that is none", { list: locationId(2), after: "nonsense" }],
  ])("%s is refused to whoever has locations of their own", async (_, place) => {
    await withTokens([1, 2], [2]);
    expect(await list(forged(place))).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
  });

  test("of the locations of one's own is refused once one may see all, and of one location for another", async () => {
    await withTokens([1, 1, 1, 2], [1, 2]);
    const { next } = (await list()).body;
    expect((await list(next, { locationId: locationId(1) })).status).toBe(200);
    expect(await list(next, { locationId: locationId(2) })).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
    await grant([{ role: "content-manager", location: "all" }]);
    expect(await list(next)).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
  });
});
