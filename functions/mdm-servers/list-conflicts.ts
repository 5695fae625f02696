// GET /v1/conflicts: where two MDM servers had tokens of one location, newest first, with every claim.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import { ShownConflict, shownConflict } from "./shown.ts";

export const ListConflictsInput = z.strictObject(PageInput);
export const ListConflictsReply = pageOf(ShownConflict);

export const listConflicts: Handle<typeof ListConflictsInput, "links", z.input<typeof ListConflictsReply>> = async (
  { caller, input },
  { links },
) => {
  assertMay(caller, "mdm-server:manage");
  const { items, ...rest } = await links.conflicts(input);
  return ok({ items: items.map(shownConflict), ...rest });
};
