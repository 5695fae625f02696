// Locations of one name, and files named after another location: allowed, and said in the answer.
import { beforeEach, describe, expect, test } from "vitest";
import { comparableName } from "../../../domain/organization/location-names.ts";
import { aLocation, fileAround, locationId } from "../../support/builders/make.ts";
import { makeService, signedUp } from "../../support/scenarios/service.ts";

const berlin = aLocation({ id: locationId(2), name: "Berlin", uId: "1000000000000002", primary: false });
const paris = aLocation({ id: locationId(3), name: "Paris", uId: "1000000000000003", primary: false });
const tokyo = aLocation({ id: locationId(4), name: "東京本社", uId: "1000000000000004", primary: false });

let service: Awaited<ReturnType<typeof makeService>>;
beforeEach(async () => {
  service = await makeService();
  for (const location of [berlin, paris, tokyo]) await service.ports.locations.add(location);
  await service.ports.accounts.register(signedUp("manager", { grants: [{ role: "content-manager", location: berlin.id }] }));
  await service.ports.accounts.register(signedUp("keeper", { grants: [{ role: "administrator", location: berlin.id }] }));
});

const create = (name: string) => service.call("POST /v1/locations", [], { body: { name } });
const rename = (id: string, body: object, as = "ada") => service.call("PATCH /v1/locations/{id}", [id], { as, body });

describe("two locations of one name", () => {
  test("are created, and the answer names the other one", async () => {
    const first = await create("Springfield");
    const second = await create("  springfield ");
    expect([first.status, first.body.warnings, second.status]).toEqual([201, undefined, 201]);
    expect(second.body.warnings).toEqual([
      { code: "same-name", message: expect.stringContaining(first.body.id), locationIds: [first.body.id] },
    ]);
  });

  test("come about by renaming, and only that answer warns", async () => {
    expect((await rename(berlin.id, { name: "Paris" })).body.warnings).toMatchObject([{ locationIds: [paris.id] }]);
    expect((await rename(berlin.id, { name: "Paris", appleUId: "7" })).body.warnings).toBeUndefined();
    const { body } = await service.call("PATCH /v1/organization", [], { body: { name: "PARIS" } });
    expect(body.warnings).toMatchObject([{ locationIds: expect.arrayContaining([berlin.id, paris.id]) }]);
    expect((await service.call("PATCH /v1/organization", [], { body: { renewalOverlapDays: 3 } })).body.warnings).toBeUndefined();
  });

  test("are not revealed to an administrator who may see only one of them", async () => {
    expect((await rename(berlin.id, { name: "Paris" }, "keeper")).body.warnings).toBeUndefined();
  });

  test("closed ones do not count", async () => {
    await service.call("DELETE /v1/locations/{id}", [paris.id]);
    expect((await create("Paris")).body.warnings).toBeUndefined();
  });

  test.each([
    ["Zürich", "Zu\u0308rich"],
    ["Head  Office", "head office"],
    ["ＰＡＲＩＳ", "paris"],
    ["Paris", "Par\u200bis"],
  ])("%s and %s are one name", (one, other) => expect(comparableName(one)).toBe(comparableName(other)));
});

describe("a file named after a location", () => {
  let seed = 0;
  const importFor = async (location: string, fileName: string, as = "ada") => {
    const text = fileAround(JSON.stringify({ expDate: "2027-05-01T00:00:00Z", token: `t${seed++}`, orgName: "P" }));
    const body = { locationId: location, fileName, file: Buffer.from(text).toString("base64") };
    const answer = await service.call("POST /v1/content-tokens/import", [], { as, body });
    expect(answer.status).toBe(201);
    return answer.body.locationCheck;
  };

  test("and imported for another one is taken with a note that names it", async () => {
    const check = await importFor(berlin.id, "sToken_for_Paris.vpptoken");
    expect(check).toMatchObject({ outcome: "nothing-known", namedLocationIds: [paris.id], note: expect.stringContaining(paris.id) });
    expect((await importFor(paris.id, "sToken_for_Berlin (1).vpptoken")).namedLocationIds).toEqual([berlin.id]);
  });

  test.each([
    ["its own location", "sToken_for_Berlin.vpptoken"],
    ["its own location, as this service names files", `sToken_for_Berlin_${berlin.uId}.vpptoken`],
    ["no location here", "sToken_for_Rome.vpptoken"],
    ["nothing", "token.vpptoken"],
    ["characters that Apple replaced by underscores", "sToken_for_____.vpptoken"],
  ])("%s is taken without a note: %s", async (_, fileName) => {
    expect((await importFor(berlin.id, fileName)).namedLocationIds).toBeUndefined();
  });

  test("reveals no location that the caller may not see", async () => {
    expect((await importFor(berlin.id, "sToken_for_Paris.vpptoken", "manager")).namedLocationIds).toBeUndefined();
  });

  test("is compared as Apple writes names, with an underscore for each character outside of ASCII", async () => {
    await rename(paris.id, { name: "Zürich" });
    expect((await importFor(berlin.id, "sToken_for_Z_rich.vpptoken")).namedLocationIds).toEqual([paris.id]);
  });
});
