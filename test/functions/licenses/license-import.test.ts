// Licenses as CSV: what is taken, every bad line, and that a file counts once.
import { beforeEach, describe, expect, test } from "vitest";
import { locationId } from "../../support/builders/make.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

const here = locationId();
let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
});

const send = (
  csv: string,
  { dryRun = false, key = "k", as = "ada", to = here }: { dryRun?: boolean; key?: string; as?: string; to?: string } = {},
) =>
  service.call("POST /v1/licenses/import", [], {
    as,
    body: { locationId: to, csv, dryRun },
    headers: key === "" ? {} : { "idempotency-key": key },
  });
const assets = async () => (await service.call("GET /v1/licenses", [], { query: { locationId: here, limit: "100" } })).body.items;

const GOOD = `adamId,name,productType,quantity,supportedPlatforms,pricingParam
361309726,,App,4,,
361309726,"Pages, the app",App,6,iOS macOS,
500,A book,Book,2,,PLUS
361309726,,App,5,,
`;

describe("a file", () => {
  test("is taken: lines of one asset add up, and what is left empty is left out", async () => {
    expect((await send(GOOD)).body).toMatchObject({ dryRun: false, lines: 4, assets: 2, quantity: 17, problems: [] });
    expect(await assets()).toMatchObject([
      { adamId: "361309726", name: "Pages, the app", available: 15, supportedPlatforms: ["iOS", "macOS"], pricingParam: "STDQ" },
      { adamId: "500", available: 2, pricingParam: "PLUS", deviceAssignable: false, revocable: false, supportedPlatforms: ["iOS"] },
    ]);
  });

  test("that is sent again with its key counts once; another one with that key is refused", async () => {
    await send(GOOD);
    expect((await send(GOOD)).status).toBe(200);
    expect((await assets())[0].available).toBe(15);
    expect((await send(`${GOOD}7,,App,1,,\n`)).body.reason).toBe("idempotency_key_reused");
    expect((await assets())[0].available).toBe(15);
  });

  test("that was begun and can't go on says which lines are left, and takes none of them", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `${index + 1},App,2`);
    const csv = ["adamId,productType,quantity", ...lines].join("\n");
    const { post } = service.ports.licenses;
    let posts = 0;
    service.ports.licenses.post = async (...args) => {
      posts += 1;
      if (posts === 2) throw new Error("the process died");
      return post(...args);
    };
    expect((await send(csv)).status).toBe(500);
    service.ports.licenses.post = post;
    const body = { locationId: here, adamId: "40", productType: "Book", quantity: 1 };
    expect((await service.call("POST /v1/licenses", [], { body })).status).toBe(201);
    const { reason, detail } = (await send(csv)).body;
    expect(reason).toBe("bad_lines");
    expect(detail).toMatch(/^All lines but 32, 33, .*41 were taken before\. Mend those.*line 41:/);
    expect(await assets()).toHaveLength(31);
  });

  test("shares its key with no other request", async () => {
    await send(GOOD);
    const body = { locationId: here, adamId: "7", productType: "App", quantity: 1 };
    const acquired = await service.call("POST /v1/licenses", [], { body, headers: { "idempotency-key": "k" } });
    expect(acquired.body.reason).toBe("idempotency_key_reused");
    await service.call("POST /v1/licenses", [], { body, headers: { "idempotency-key": "k-2" } });
    expect((await send(GOOD, { key: "k-2" })).body.reason).toBe("idempotency_key_reused");
  });

  test("that was taken up to what a location can count is answered again as it was", async () => {
    const full = "adamId,productType,quantity\n1,App,1000000\n";
    const asset = { locationId: here, adamId: "1", pricingParam: "STDQ" as const };
    expect((await send(full)).status).toBe(200);
    await service.ports.licenses.post({ at: service.clock.now, entries: [{ asset, available: 2_147_483_647 - 1_000_000 }] });
    expect((await send(full)).body).toMatchObject({ quantity: 1_000_000, problems: [] });
    expect((await send(full, { key: "another" })).body.reason).toBe("bad_lines");
  });

  test("needs a key, since it is too much to be counted twice; a dry run needs none", async () => {
    expect((await send(GOOD, { key: "" })).body).toMatchObject({
      reason: "invalid_input",
      detail: expect.stringContaining("Idempotency-Key"),
    });
    expect((await send(GOOD, { key: "", dryRun: true })).body).toMatchObject({ dryRun: true, lines: 4, problems: [] });
    expect(await assets()).toEqual([]);
  });

  test("as spreadsheets write it is read: with a mark at its beginning, and Windows' ends of lines", async () => {
    expect((await send(`\uFEFF${GOOD.replaceAll("\n", "\r\n")}`)).body).toMatchObject({ lines: 4, problems: [] });
  });

  test("of more assets than one transaction takes is taken whole", async () => {
    const lines = Array.from({ length: 95 }, (_, index) => `${index + 1},App,2`);
    expect((await send(["adamId,productType,quantity", ...lines].join("\n"))).body).toMatchObject({ assets: 95, quantity: 190 });
    expect(await assets()).toHaveLength(95);
  });

  test("of more assets than a request has time for is to be split", async () => {
    const lines = Array.from({ length: 1001 }, (_, index) => `${index + 1},App,2`);
    expect((await send(["adamId,productType,quantity", ...lines].join("\n"))).body).toMatchObject({
      reason: "invalid_input",
      detail: expect.stringContaining("1001. Split it"),
    });
    expect(await assets()).toEqual([]);
  });

  test("is for whoever manages the location", async () => {
    await service.ports.accounts.register(signedUp("manager", { grants: [{ role: "content-manager", location: locationId(2) }] }));
    expect((await send(GOOD, { as: "manager", dryRun: true })).body.reason).toBe("not_permitted");
    expect((await send(GOOD, { to: locationId(9) })).body.reason).toBe("not_found");
  });
});

const BAD = `adamId,productType,quantity,deviceAssignable
1,App,5,
x,App,5,
2,App,-1,
3,Song,5,
4,App,5
5,Book,5,true
1,Book,5,
6,App,1.5,
7,App,10000000,
8,App,5,perhaps
`;

describe("bad lines", () => {
  test("are all told by a dry run, each by its number and why, without what stood there", async () => {
    const { status, body } = await send(BAD, { dryRun: true });
    expect(status).toBe(200);
    expect(body.problems.map(({ line, problem }: { line: number; problem: string }) => `${line} ${problem.slice(0, 44)}`)).toEqual([
      "3 adamId expected the digits of an Adam ID",
      "4 quantity must be a whole number",
      '5 productType must be "App" or "Book"',
      "6 has 3 fields where there are 4 columns",
      "7 A book is assigned to users only and never c",
      "8 This asset is known here with productType Ap",
      "9 quantity must be a whole number",
      "10 quantity must be at most 1000000",
      '11 deviceAssignable must be "true" or "false"',
    ]);
    expect(JSON.stringify(body)).not.toMatch(/Song|perhaps/);
    expect(body).toMatchObject({ lines: 1, assets: 1, quantity: 5 });
  });

  test("let nothing of the file be taken, and the refusal tells how many there are", async () => {
    const { status, body } = await send(BAD);
    expect([status, body.reason]).toEqual([422, "bad_lines"]);
    expect(body.detail).toMatch(/^Nothing was taken\. Problems: 9; line 3:/);
    expect(await assets()).toEqual([]);
    expect((await send(GOOD)).status).toBe(200);
  });

  test.each([
    ["without a column that is needed", "adamId,quantity\n1,2\n", /productType is missing/],
    ["with an unknown column", "adamId,productType,quantity,serialNumber\n", /columns may be/],
    ["with a column twice", "adamId,productType,quantity,quantity\n", /stands twice/],
    ["with nothing in it", "\n\n", /is empty/],
    ["with columns and no line", "adamId,productType,quantity\n", /no line follows/],
    ["with a quotation mark that does not end", 'adamId,productType,quantity\n1,"App,2\n', /quotation marks/],
  ])("a file %s is refused by what is wrong with it", async (_, csv, why) => {
    expect((await send(csv, { dryRun: true })).body.problems[0].problem).toMatch(why);
    expect((await send(csv)).body.reason).toBe("bad_lines");
  });
});
