// Facts on the service's own bus, tested whole as EventBridge delivers them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAccountEvent } from "../../../domain/accounts/account-event.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { accountId, at } from "../../support/builders/make.ts";

const event = {
  version: "0",
  id: "6f1c5d3e-7f0e-4a3b-9d57-0b4a5e0f2a11",
  "detail-type": "account.password-changed",
  source: "a-script",
  account: "123456789012",
  time: "2026-06-01T13:00:05Z",
  region: "us-east-1",
  resources: [],
  detail: { accountId: accountId(), occurredAt: "2026-06-01T15:00:00+02:00" },
};
const read = (over: object) => readAccountEvent({ ...event, ...over }, accountIdOf);

test("is read whole", () => {
  const fact = { accountId: accountId(), eventId: event.id, meaning: "changed", occurredAt: at("2026-06-01T13:00:00Z") };
  expect(read({})).toEqual(fact);
  expect(read({ "detail-type": "account.disabled" })).toEqual({ ...fact, meaning: "gone" });
});

test("that tells no time happened when it was put on the bus", () => {
  expect(read({ detail: { accountId: accountId() } })).toMatchObject({ occurredAt: at(event.time) });
});

test("names its account by its identifier or by its subject, never by both", () => {
  expect(read({ detail: { subject: "ada" } })).toMatchObject({ accountId: accountIdOf("ada") });
  expect(read({ detail: { subject: "ada", accountId: accountId() } })).toBeUndefined();
  expect(read({ detail: {} })).toBeUndefined();
});

test("is the same fact under whatever identifier the bus repeats it, when it names itself", () => {
  const detail = { id: "evt_1", ...event.detail };
  expect(read({ id: "1", detail })).toEqual(read({ id: "2", detail }));
  expect(read({ detail })).toMatchObject({ eventId: "evt_1" });
});

test.each([7, "", null, "x".repeat(257)])("that names itself %j is told by the bus's identifier: a fact is not lost for its name", (id) => {
  expect(read({ detail: { ...event.detail, id } })).toMatchObject({ eventId: event.id });
});

test.each([
  ["another type", { "detail-type": "account.created" }],
  ["no real time", { detail: { ...event.detail, occurredAt: "yesterday" } }],
  ["no real account", { detail: { accountId: "acc_1" } }],
])("of %s is none", (_, over) => expect(read(over)).toBeUndefined());

test("anything at all is read without an exception", () => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      expect(readAccountEvent(anything, accountIdOf)).toBeUndefined();
    }),
  );
});
