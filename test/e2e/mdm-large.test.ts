// Large work: done whole, in pages that fit together, while another location's work is done beside it and a small request of the same location does not wait
// for its end.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVENTS_FILE } from "../../local/service.ts";
import { readLines } from "../../local/state.ts";
import { type Host, removeHost, startHost } from "./host.ts";
import { ended, must, numbered, type Place, placeOf } from "./mdm-scene.ts";

/** As many assets as one request may name; of the 1,000 devices that it may name, just more than one part of the work takes: fifty steps, five turns. */
const [ASSETS, DEVICES] = [25, 92];
const ADAM_IDS = numbered("1000", ASSETS);
const SMALL = "408709785";

let host: Host;
let place: Place;
let another: Place;
beforeAll(async () => {
  host = await startHost();
  [place, another] = [await placeOf(host, "Springfield"), await placeOf(host, "Shelbyville")];
  const csv = ["adamId,productType,quantity", ...ADAM_IDS.map((adamId) => `${adamId},App,${DEVICES}`), `${SMALL},App,1`].join("\n");
  must(await host.administrator("POST", "/v1/licenses/import", { locationId: place.locationId, csv }, { "idempotency-key": "large" }), 200);
  await another.acquire(SMALL, 1);
});
afterAll(async () => {
  expect(host.errors).toEqual([]);
  await removeHost(host);
});

type Assigned = { readonly detail: { readonly locationId: string; readonly adamId: string; readonly quantity: number } };
/** In the order in which the worker told them. */
const assigned = (): Assigned["detail"][] =>
  (readLines(join(host.directory, EVENTS_FILE)) as ({ "detail-type": string } & Assigned)[]).flatMap((line) =>
    line["detail-type"] === "LicensesAssigned" ? [line.detail] : [],
  );

test("25 assets for many devices, beside a small request and another location's", { timeout: 120_000 }, async () => {
  const large = { assets: ADAM_IDS.map((adamId) => ({ adamId })), serialNumbers: numbered("C", DEVICES) };
  const small = { assets: [{ adamId: SMALL }], serialNumbers: ["C1"] };
  const { eventId } = must(await place.mdm("POST", "/mdm/v2/assets/associate", large), 200);
  expect(must(await place.mdm("GET", `/mdm/v2/status?eventId=${eventId}`), 200)).toMatchObject({
    eventStatus: "PENDING",
    numRequested: ASSETS * DEVICES,
  });
  for (const status of await Promise.all([place.done("assets/associate", small), another.done("assets/associate", small)]))
    expect(status).toMatchObject({ eventStatus: "COMPLETE", numCompleted: 1 });
  expect(await ended(place.mdm, eventId, 100)).toMatchObject({
    eventStatus: "COMPLETE",
    eventType: "ASSOCIATE",
    numCompleted: ASSETS * DEVICES,
    numRequested: ASSETS * DEVICES,
  });

  // The work is done before its last events are told.
  const ofLarge = () => assigned().filter(({ adamId }) => adamId !== SMALL);
  const sum = () => ofLarge().reduce((all, { quantity }) => all + quantity, 0);
  await expect.poll(sum, { timeout: 20_000 }).toBe(ASSETS * DEVICES);
  const told = assigned();
  const lastLarge = told.findLastIndex(({ adamId }) => adamId !== SMALL);
  for (const { locationId } of [place, another]) {
    const index = told.findIndex((each) => each.adamId === SMALL && each.locationId === locationId);
    expect(index).toBeGreaterThanOrEqual(0);
    expect(index).toBeLessThan(lastLarge);
  }
  expect(sum()).toBe(ASSETS * DEVICES);
});

type Page = { readonly assignments: { adamId: string; serialNumber: string }[]; readonly nextPageIndex?: number } & Record<string, unknown>;

test("is in the lists whole: pages of 1,000, of one state, read at once or one after the other", async () => {
  const count = ASSETS * DEVICES + 1;
  const totalPages = Math.ceil(count / 1000);
  const read = async (pageIndex: number) => must(await place.mdm("GET", `/mdm/v2/assignments?pageIndex=${pageIndex}`), 200) as Page;
  const pages: Page[] = [];
  for (let next: number | undefined = 0; next !== undefined; next = pages.at(-1)?.nextPageIndex) pages.push(await read(next));
  expect(pages.map(({ size, currentPageIndex, nextPageIndex }) => [size, currentPageIndex, nextPageIndex])).toEqual(
    pages.map((_, index) => (index + 1 < totalPages ? [1000, index, index + 1] : [count - 1000 * index, index, undefined])),
  );
  expect([pages.length, new Set(pages.map(({ versionId }) => versionId)).size]).toEqual([totalPages, 1]);
  const held = pages.flatMap(({ assignments }) => assignments.map(({ adamId, serialNumber }) => `${adamId} ${serialNumber}`));
  expect([held.length, new Set(held).size]).toEqual([count, count]);
  expect(await Promise.all(pages.map((_, index) => read(index)))).toEqual(pages);
  const { assets } = must(await place.mdm("GET", "/mdm/v2/assets?maxAvailableCount=0"), 200);
  expect(assets).toHaveLength(ASSETS + 1);
});

test("asked for again, it is done at once and takes nothing; given back, everything is there", { timeout: 120_000 }, async () => {
  const assets = ADAM_IDS.slice(0, 5).map((adamId) => ({ adamId }));
  const body = { assets, serialNumbers: numbered("C", DEVICES) };
  const complete = { eventStatus: "COMPLETE", numCompleted: 5 * DEVICES };
  expect(await place.done("assets/associate", body)).toMatchObject(complete);
  expect(await place.done("assets/disassociate", body)).toMatchObject(complete);
  const { assets: free } = must(await place.mdm("GET", `/mdm/v2/assets?minAvailableCount=${DEVICES}`), 200);
  expect(free).toMatchObject(assets.map(() => ({ availableCount: DEVICES, assignedCount: 0, totalCount: DEVICES })));
});
