// Pages by their number: every index of a list belongs to exactly one of them, and there is one even of nothing.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MdmRefusal } from "../../../domain/device-api/mdm-error.ts";
import { pageBegin, pageFields } from "../../../domain/device-api/mdm-pages.ts";

test("pages follow each other without gaps, and the last one names no next", () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 1000 }), (count, pageSize) => {
      const { totalPages } = pageBegin(0, count, pageSize);
      const begins = Array.from({ length: totalPages }, (_, index) => pageBegin(index, count, pageSize).offset);
      expect(begins).toEqual(begins.map((_, index) => index * pageSize));
      expect((totalPages - 1) * pageSize).toBeLessThanOrEqual(Math.max(count - 1, 0));
      expect(totalPages * pageSize).toBeGreaterThanOrEqual(count);
      const nexts = begins.map((_, index) => pageFields(index, totalPages, 0).nextPageIndex);
      expect(nexts).toEqual(begins.map((_, index) => (index === totalPages - 1 ? undefined : index + 1)));
    }),
  );
});

test("nothing is one empty page", () => {
  expect(pageFields(0, pageBegin(0, 0, 1000).totalPages, 0)).toEqual({ currentPageIndex: 0, size: 0, totalPages: 1 });
});

test.each([
  [-1, 10],
  [1, 0],
  [1, 1000],
  [2, 1001],
  [2_147_483_647, 1001],
])("page %i of %i is refused", (pageIndex, count) => {
  expect(() => pageBegin(pageIndex, count, 1000)).toThrow(MdmRefusal);
});
