// Lists of the device management API by page: MDM servers ask for pages by their number, in any order and several at once.
// Source: Apple, "Using paginated endpoints": pages are numbered from 0, and the last one names no next.
import * as z from "zod";
import { MdmRefusal } from "./mdm-error.ts";

/** Some MDM servers read the first page alone. */
export const PAGE_SIZE = 1000;

/** Fields of one page of a list. */
export const PageFields = {
  currentPageIndex: z.int().min(0),
  nextPageIndex: z.int().min(1).optional().describe("Not on the last page."),
  size: z.int().min(0).describe("How many are on this page."),
  totalPages: z.int().min(1).describe("An empty list has one page, which is empty."),
  versionId: z.uuid().describe("Pages that bear the same are of one state of the data."),
};

/** The first index of a page. Refuses with 9650 when the list has no such page. */
export const pageBegin = (pageIndex: number, count: number, pageSize: number): { readonly offset: number; readonly totalPages: number } => {
  const totalPages = Math.max(1, Math.ceil(count / pageSize));
  if (pageIndex < 0 || pageIndex >= totalPages) throw new MdmRefusal(9650, { detail: `Pages are numbered from 0 to ${totalPages - 1}.` });
  return { offset: pageIndex * pageSize, totalPages };
};

export const pageFields = (currentPageIndex: number, totalPages: number, size: number) => ({
  currentPageIndex,
  ...(currentPageIndex + 1 < totalPages ? { nextPageIndex: currentPageIndex + 1 } : {}),
  size,
  totalPages,
});
