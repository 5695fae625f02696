// One device has one spelling: serial numbers are upper case on both APIs, in what is stored and in what is answered.
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { ClientUserId, SerialNumber } from "../../../domain/licenses/licenses.ts";
import { doWork } from "../../../functions/device-api/jobs/run-job.ts";
import { askMdm, bearerOf } from "../../support/http/ask-mdm.ts";
import { here, makeMdmService } from "../../support/scenarios/mdm-service.ts";

const APP = { adamId: "361309726", pricingParam: "STDQ" };
const URL = "https://mdm.example.org/n";

let service: Awaited<ReturnType<typeof makeMdmService>>;
let bearer: string;
beforeEach(async () => {
  service = await makeMdmService();
  bearer = await bearerOf(service, await service.issue());
  await service.call("POST /v1/licenses", [], { body: { locationId: here, ...APP, productType: "App", quantity: 1 } });
});

const assign = (serialNumbers: string[]) => service.call("POST /v1/assignments", [], { body: { locationId: here, ...APP, serialNumbers } });
const listed = async (serialNumber: string) =>
  (await service.call("GET /v1/assignments", [], { query: { locationId: here, serialNumber } })).body.items.map(
    (each: { serialNumber: string }) => each.serialNumber,
  );
const device = (route: string, over: { body?: object; query?: Record<string, string> }) =>
  askMdm(service.ports, { route, bearer, ...over });
/** Orders it and does the work; the status of the event. */
const done = async (route: string, serialNumbers: string[]) => {
  const { body } = await device(route, { body: { assets: [APP], serialNumbers } });
  await doWork({ workId: body.eventId }, service.ports, () => false);
  return (await device("GET /mdm/v2/status", { query: { eventId: body.eventId } })).body;
};

test("a device that is named in two spellings gets one license", async () => {
  expect((await assign(["C02ABC123XYZ", "c02abc123xyz"])).body).toMatchObject({ assigned: 1, alreadyAssigned: 0 });
  expect((await assign(["c02Abc123xyz"])).body).toMatchObject({ assigned: 0, alreadyAssigned: 1 });
  for (const spelling of ["C02ABC123XYZ", "c02abc123xyz", " c02ABC123xyz "]) expect(await listed(spelling)).toEqual(["C02ABC123XYZ"]);
});

test("people and MDM servers name the same device", async () => {
  await assign(["n1"]);
  const { body } = await device("GET /mdm/v2/assignments", { query: { serialNumber: "n1" } });
  expect(body.assignments).toMatchObject([{ serialNumber: "N1" }]);
  expect(await done("POST /mdm/v2/assets/disassociate", ["n1"])).toMatchObject({ eventStatus: "COMPLETE", numCompleted: 1 });
  expect(await listed("N1")).toEqual([]);
  expect(await done("POST /mdm/v2/assets/associate", ["n1"])).toMatchObject({ eventStatus: "COMPLETE" });
  const removed = await service.call("POST /v1/assignments/removals", [], { body: { locationId: here, ...APP, serialNumbers: ["N1"] } });
  expect(removed.body).toMatchObject({ unassigned: 1, notAssigned: 0 });
});

test("failures and notifications name devices in upper case", async () => {
  const config = { notificationUrl: URL, notificationAuthToken: "t", notificationTypes: ["ASSET_MANAGEMENT"] };
  await device("POST /mdm/v2/client/config", { body: config });
  const status = await done("POST /mdm/v2/assets/associate", ["d1", "d2"]);
  expect(status.failures).toMatchObject([{ errorNumber: 9709, errorInfo: { serialNumbers: ["D2"] } }]);
  const told = JSON.stringify(service.published.filter((one) => one.kind === "mdm-notification"));
  expect(told).toMatch(/"D1"/);
  expect(told).not.toMatch(/"d[12]"/);
});

test.each(["POST /mdm/v2/assets/associate", "POST /mdm/v2/assets/disassociate", "POST /mdm/v2/assets/revoke"])(
  "%s refuses two spellings of one device as named twice",
  async (route) => {
    const { statusCode, body } = await device(route, { body: { assets: [APP], serialNumbers: ["x1", "X1"] } });
    expect([statusCode, body.errorNumber]).toEqual([400, 9705]);
  },
);

test.each(["\uff23\uff10\uff12", "\u0421\u041e2", "C\u00df2", "C\u01312", "C\u00e92"])(
  "a serial number with the look-alike %j is refused on both APIs",
  async (id) => {
    expect(await assign([id])).toMatchObject({ status: 400, body: { reason: "invalid_input" } });
    const { body } = await device("POST /mdm/v2/assets/associate", { body: { assets: [APP], serialNumbers: [id] } });
    expect(body.errorNumber).toBe(9602);
  },
);

const INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufe0f", "\u{e0041}"];
test.each(INVISIBLE)("an identifier with the invisible character %j inside is refused on both APIs", async (character) => {
  const id = `C0${character}2`;
  const refused = { status: 400, body: { reason: "invalid_input" } };
  expect(await assign([id])).toMatchObject(refused);
  expect(await service.call("POST /v1/assignments", [], { body: { locationId: here, ...APP, clientUserIds: [id] } })).toMatchObject(
    refused,
  );
  for (const over of [{ serialNumbers: [id] }, { clientUserIds: [id] }]) {
    const { body } = await device("POST /mdm/v2/assets/associate", { body: { assets: [APP], ...over } });
    expect(body.errorNumber).toBe(9602);
  }
});

test("the canonical form is reached in one step, keeps its length, and differs only for different devices", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 64 }), (text) => {
      const { data } = SerialNumber.safeParse(text);
      fc.pre(data !== undefined);
      expect(SerialNumber.parse(data)).toBe(data);
      expect(data).toHaveLength(text.trim().length);
      expect(SerialNumber.parse(data?.toLowerCase())).toBe(data);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 64 }), (text) => {
      expect(SerialNumber.safeParse(text).success).toBe(/^[ -~]{1,64}$/.test(text.trim()));
    }),
  );
  expect(ClientUserId.parse("u-Ada@example.org")).toBe("u-Ada@example.org");
});
