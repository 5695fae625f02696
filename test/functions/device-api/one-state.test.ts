// Pages that are read while others write: whenever all of them bear one version id they are together one state that the ledger had at one moment, each
// assignment once. Easy to get wrong: a page is made of several reads, and several pages are read at once.
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { readVersionId } from "../../../domain/device-api/version-id.ts";
import { assetText, type Target, targetText } from "../../../domain/licenses/licenses.ts";
import { type Posting, retiring } from "../../../domain/licenses/postings.ts";
import { addDays } from "../../../domain/shared/time.ts";
import { recordsIn } from "../../../functions/aws/records.ts";
import { ListAssignmentsInput, pageOfAssignments } from "../../../functions/device-api/list-assignments.ts";
import { sha256 } from "../../../functions/lib/hash.ts";
import { readOfOneState } from "../../../functions/lib/read-snapshot.ts";
import type { Licenses } from "../../../functions/ports/licenses.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { aLocation, anOrganization, locationId } from "../../support/builders/make.ts";
import { acquired, assigned, device, key, more, traitsOf, unassigned, user } from "../../support/builders/postings.ts";
import { ada, databaseForTests, NOW } from "../../support/database/records.ts";
import { asking } from "../../support/http/bearer.ts";

const ASSETS = [key("101"), key("102"), key("103")];
const TARGETS: readonly Target[] = ["A", "B", "C", "D"].map(device).concat(["u", "v"].map(user));
const PAGE_SIZE = 2;

type Draw = {
  readonly kind: "assign" | "unassign" | "retire" | "swap" | "more" | "move" | "rename";
  readonly asset: number;
  readonly targets: number[];
};
const drawn: fc.Arbitrary<Draw> = fc.record(
  {
    kind: fc.constantFrom("assign", "assign", "assign", "unassign", "retire", "swap", "swap", "more", "move", "rename"),
    asset: fc.nat(ASSETS.length - 1),
    targets: fc.subarray([...TARGETS.keys()], { minLength: 1, maxLength: 4 }),
  },
  { noNullPrototype: true },
);

/** The postings of one writer, and the ledger after each of them: what it holds, as pages tell it. */
const writerOf = () => {
  const held = new Map<string, Set<string>>(ASSETS.map((asset) => [assetText(asset), new Set()]));
  const versions = new Map<string, number>();
  const stateNow = (): string =>
    JSON.stringify([...held].flatMap(([asset, targets]) => [...targets].toSorted().map((target) => `${asset} ${target}`)));
  const states = [stateNow()];

  const postingOf = ({ kind, asset: index, targets }: Draw): Posting => {
    const asset = ASSETS[index] ?? key();
    const next = ASSETS[(index + 1) % ASSETS.length] ?? key();
    const has = held.get(assetText(asset)) ?? new Set();
    const named = targets.flatMap((each) => TARGETS[each] ?? []);
    if (kind === "assign") return assigned(asset, ...named.filter((target) => !has.has(targetText(target))));
    if (kind === "unassign") return unassigned(asset, ...named.filter((target) => has.has(targetText(target))));
    if (kind === "swap") {
      // One for another at once: no count shows it.
      const [gone, come] = [
        TARGETS.filter((target) => has.has(targetText(target))),
        TARGETS.filter((target) => !has.has(targetText(target))),
      ];
      const pairs = gone.slice(0, Math.min(gone.length, come.length, 1));
      return {
        at: NOW,
        entries: [{ asset, available: 0 }],
        unassigned: pairs.map((target) => ({ asset, target })),
        assigned: come.slice(0, pairs.length).map((target) => ({ asset, target, assignedAt: NOW })),
      };
    }
    if (kind === "retire") {
      const theirs = ASSETS.filter((each) => held.get(assetText(each))?.has("USER#u"));
      return retiring(
        "u",
        theirs.map((each) => traitsOf(each, { revocable: each === asset })),
        NOW,
      );
    }
    if (kind === "move")
      return {
        at: NOW,
        entries: [
          { asset, available: -1 },
          { asset: next, available: 1 },
        ],
      };
    if (kind === "rename")
      return { at: NOW, entries: [], traits: [traitsOf(asset, { version: (versions.get(assetText(asset)) ?? 1) + 1 })] };
    return more(asset, 1);
  };

  const write = async (draw: Draw, { licenses }: Pick<Ports, "licenses">): Promise<void> => {
    const posting = postingOf(draw);
    // A retirement of somebody who has nothing.
    if (posting.entries.length === 0 && posting.traits === undefined) return;
    if (!(await licenses.post(posting))) throw new Error(`${draw.kind} was refused, though nobody else writes`);
    for (const { asset, target } of posting.assigned ?? []) held.get(assetText(asset))?.add(targetText(target));
    for (const { asset, target } of posting.unassigned ?? []) held.get(assetText(asset))?.delete(targetText(target));
    for (const traits of posting.traits ?? []) versions.set(assetText(traits), traits.version);
    states.push(stateNow());
  };
  return { write, states };
};

type Page = Awaited<ReturnType<ReturnType<typeof pageOfAssignments>>>;
const handle = pageOfAssignments(PAGE_SIZE);
type ReadingPorts = Pick<Ports, "licenses" | "clientUsers" | "now" | "random">;

const pageAt = (index: number, ports: ReadingPorts) => asking(handle, ListAssignmentsInput, { pageIndex: `${index}` }, ports);

/** All pages: first one, to know how many there are, then the others in the order of `places`, those of `at once` beside each other. */
const walk = async (ports: ReadingPorts, places: readonly number[], atOnce: boolean): Promise<readonly Page[] | undefined> => {
  const first = await pageAt(0, ports);
  const others = Array.from({ length: first.totalPages - 1 }, (_, index) => index + 1).toSorted(
    (one, other) => (places[one % places.length] ?? 0) - (places[other % places.length] ?? 0),
  );
  // A page that the list does not have any more: whoever walks begins again.
  const read = (index: number) => pageAt(index, ports).catch(() => undefined);
  const rest: (Page | undefined)[] = [];
  if (atOnce) rest.push(...(await Promise.all(others.map(read))));
  else for (const index of others) rest.push(await read(index));
  const pages = [first, ...rest].filter((page) => page !== undefined);
  return pages.length === first.totalPages ? pages.toSorted((one, other) => one.currentPageIndex - other.currentPageIndex) : undefined;
};

const told = (pages: readonly Page[]): string =>
  JSON.stringify(
    pages.flatMap(({ assignments }) =>
      assignments.map(({ adamId, pricingParam, serialNumber, clientUserId }) =>
        [`${adamId}#${pricingParam}`, serialNumber === undefined ? `USER#${clientUserId}` : `SN#${serialNumber}`].join(" "),
      ),
    ),
  );

/** Whether an answer says that it is of no single state: its time is none that a clock here tells, which counts in milliseconds. */
const isApart = (id: string): boolean => BigInt(`0x${id.slice(15, 18)}${id.slice(9, 13)}${id.slice(0, 8)}`) % 10_000n !== 0n;

type Seen = { whole: number; moved: number };

/** Whatever bears one version id is one state of the ledger, and the same one whoever reads it. */
const assertOneState = (pages: readonly Page[], states: readonly string[], byId: Map<string, string>, seen: Seen): void => {
  const [id = "", ...others] = new Set(pages.map(({ versionId }) => versionId));
  if (others.length > 0 || isApart(id)) {
    seen.moved += 1;
    return;
  }
  seen.whole += 1;
  const state = told(pages);
  expect(states).toContain(state);
  expect(byId.get(id) ?? state).toBe(state);
  byId.set(id, state);
};

const begin = async (ports: Pick<Ports, "organizations" | "licenses">) => {
  await ports.organizations.found(anOrganization(), aLocation({ id: locationId() }), ada);
  for (const asset of ASSETS) expect(await ports.licenses.post(acquired(asset, 100))).toBe(true);
  const writer = writerOf();
  for (const asset of ASSETS.keys()) await writer.write({ kind: "assign", asset, targets: [0, 1, 4] }, ports);
  return writer;
};

const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
const readers = fc.array(fc.record({ places: fc.array(fc.nat(99), { minLength: 3, maxLength: 9 }), atOnce: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});

/** Every call takes its turn when the scheduler says so: between any two reads of a page anything may be written. */
const scheduled = (licenses: Licenses, scheduler: fc.Scheduler): Licenses => ({
  ...licenses,
  post: scheduler.scheduleFunction(licenses.post),
  state: scheduler.scheduleFunction(licenses.state),
  assignmentsAt: scheduler.scheduleFunction(licenses.assignmentsAt),
});

/** Others write, all the time or now and then, while the readers walk, each several times. */
const readWhileWriting = async (
  ports: ReadingPorts,
  { write, states }: ReturnType<typeof writerOf>,
  draws: readonly Draw[],
  walks: readonly { readonly places: readonly number[]; readonly atOnce: boolean }[],
  pause: () => Promise<void>,
): Promise<Seen> => {
  const seen: Seen = { whole: 0, moved: 0 };
  const byId = new Map<string, string>();
  const found: (readonly Page[])[] = [];
  let isWritten = false;
  const writing = async (): Promise<void> => {
    for (const draw of draws) {
      await write(draw, ports);
      await pause();
    }
    isWritten = true;
  };
  const reading = async ({ places, atOnce }: (typeof walks)[number]): Promise<void> => {
    for (let last = false; !last; ) {
      last = isWritten;
      const pages = await walk(ports, places, atOnce);
      if (pages !== undefined) found.push(pages);
    }
  };
  await Promise.all([writing(), ...walks.map(reading)]);
  for (const pages of found) assertOneState(pages, states, byId, seen);
  // What is read when nobody writes any more is whole, and what there is.
  const after = await walk(ports, [0], false);
  assertOneState(after ?? [], states.slice(-1), byId, seen);
  return seen;
};

describe("data that keeps moving", () => {
  const moving = (looks: readonly number[]) => {
    const left = [...looks];
    const look = async () => left.shift() ?? 0;
    return { of: "loc_1 numbers", look, nameOf: (state: number) => ({ at: NOW, state: String(state) }) };
  };
  const clock = { now: () => addDays(NOW, 1), random };
  const read = (looks: readonly number[]) => readOfOneState(moving(looks), async (state) => state, clock);

  test("is read again until it stands still, and what it was then is answered", async () => {
    const still = await read([7, 7]);
    expect(still.value).toBe(7);
    for (const looks of [
      [1, 2, 3, 7, 7],
      [1, 2, 3, 4, 7, 7],
    ])
      expect(await read(looks)).toEqual(still);
    expect(readVersionId(still.versionId, "loc_1 numbers", sha256)).toEqual(NOW);
    expect(isApart(still.versionId)).toBe(false);
  });

  test("is answered at last, with a version id that no state has, and what follows it is told from when the reading began", async () => {
    const moved = await read([1, 2, 3, 4, 5, 6, 6]);
    expect(moved.value).toBe(5);
    const { versionId } = await read([5, 5]);
    expect(moved.versionId).not.toBe(versionId);
    expect(isApart(moved.versionId)).toBe(true);
    expect(readVersionId(moved.versionId, "loc_1 numbers", sha256)).toEqual(addDays(NOW, 1));
    const others = await Promise.all([1, 2, 3, 4].map(() => read([1, 2, 3, 4, 5, 6])));
    expect(new Set(others.map((other) => other.versionId)).size).toBeGreaterThan(1);
  });
});

describe("all pages that bear one version id are one state", () => {
  const database = databaseForTests();
  const all: Seen = { whole: 0, moved: 0 };
  beforeEach(() => Object.assign(all, { whole: 0, moved: 0 }));
  const count = ({ whole, moved }: Seen): void => {
    all.whole += whole;
    all.moved += moved;
  };

  test("in memory, whichever read comes between which writes", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(drawn, { minLength: 1, maxLength: 12 }), readers, async (scheduler, draws, walks) => {
        const world = makeWorld();
        const writer = await begin(world);
        const ports = { ...world, licenses: scheduled(world.licenses, scheduler), now: () => NOW, random };
        count(await scheduler.waitFor(readWhileWriting(ports, writer, draws, walks, async () => {})));
      }),
      { numRuns: 40, interruptAfterTimeLimit: 10_000 },
    );
    expect(Math.min(all.whole, all.moved)).toBeGreaterThan(5);
  });

  test("in DynamoDB, by one instance that remembers where pages end", { timeout: 60_000 }, async () => {
    const longer = fc.array(drawn, { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(longer, readers, fc.infiniteStream(fc.nat(30)), async (draws, walks, pauses) => {
        const records = recordsIn(await database.table());
        const writer = await begin(records);
        const ports = { ...records, now: () => NOW, random };
        count(await readWhileWriting(ports, writer, draws, walks, () => sleep(pauses.next().value)));
      }),
      { numRuns: 8, interruptAfterTimeLimit: 20_000, endOnFailure: true },
    );
    expect(Math.min(all.whole, all.moved)).toBeGreaterThan(5);
  });
});
