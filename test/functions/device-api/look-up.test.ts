// GET /lookup on fake ports: what people wrote down of assets is told, of this location's alone.
import { beforeEach, expect, test } from "vitest";
import { LookUpInput, LookUpReply, lookUp } from "../../../functions/device-api/look-up.ts";
import { aLocation, locationId } from "../../support/builders/make.ts";
import { key, traitsOf } from "../../support/builders/postings.ts";
import { asking, bearer, refusedWith } from "../../support/http/bearer.ts";
import { makeService, NOW } from "../../support/scenarios/service.ts";

const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });
const PAGES = { name: "Pages", bundleId: "com.apple.Pages" };

let service: Awaited<ReturnType<typeof makeService>>;
const look = async (query: object, caller = bearer()) => {
  const answer = await asking(lookUp, LookUpInput, query, service.ports, caller);
  expect(LookUpReply.parse(answer)).toEqual(answer);
  return answer.results;
};

beforeEach(async () => {
  service = await makeService();
  await service.ports.locations.add(other);
  const known = [
    traitsOf(key("101"), PAGES),
    traitsOf(key("102"), { name: "Keynote" }),
    traitsOf(key("103")),
    traitsOf(key("500"), { productType: "Book" }),
    traitsOf({ ...key("500"), pricingParam: "PLUS" }, { productType: "Book", name: "Steve Jobs" }),
    traitsOf(key("501"), { productType: "Book", name: "Ulysses" }),
    traitsOf({ ...key("501"), pricingParam: "PLUS" }, { productType: "Book", name: "Ulysses, large" }),
    traitsOf(key("900", other.id), { name: "Numbers" }),
  ];
  for (const traits of known)
    expect(await service.ports.licenses.post({ at: NOW, entries: [{ asset: traits, available: 1 }], traits: [traits] })).toBe(true);
});

test("what is known is told by Adam ID, and what is not is left out", async () => {
  expect(await look({ id: "101,102,103,104", version: "2", p: "mdm-lockup", caller: "MDM", cc: "us", l: "en" })).toEqual({
    101: { id: "101", ...PAGES },
    102: { id: "102", name: "Keynote" },
  });
});

test("what is there in two qualities has the name of either, of the standard one first", async () => {
  expect(await look({ id: "500, 501" })).toEqual({ 500: { id: "500", name: "Steve Jobs" }, 501: { id: "501", name: "Ulysses" } });
});

test("another location's is not told", async () => {
  expect(await look({ id: "900,101" })).toEqual({ 101: { id: "101", ...PAGES } });
  expect(await look({ id: "900,101" }, bearer(other))).toEqual({ 900: { id: "900", name: "Numbers" } });
});

test("what is no Adam ID is unknown, up to 200 are asked for at once, and nothing is no question", async () => {
  expect(await look({ id: "x,,__proto__,101" })).toEqual({ 101: { id: "101", ...PAGES } });
  const ids = Array.from({ length: 200 }, (_, index) => String(101 + index));
  expect(Object.keys(await look({ id: [...ids, "101"].join() }))).toEqual(["101", "102"]);
  await expect(look({ id: [...ids, "1"].join() })).rejects.toMatchObject(refusedWith(9700));
  await expect(look({})).rejects.toMatchObject(refusedWith(9602));
});
