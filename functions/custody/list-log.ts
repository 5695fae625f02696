// GET /v1/custody-log: everything that was done, newest first; of one subject, by one actor, of one kind, at one location, within a time.
import * as z from "zod";
import { assertMay } from "../../domain/accounts/account.ts";
import { Actor, CustodyAct, CustodyEntry, SubjectId } from "../../domain/custody/custody.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { IsoTime } from "../../domain/shared/time.ts";
import { filteredPage } from "../lib/filtered-page.ts";
import { PageInput } from "../lib/inputs.ts";
import { pageOf } from "../lib/page.ts";
import { type Handle, ok } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Page, PageRequest } from "../ports/shared.ts";

export const ListCustodyLogInput = z.strictObject({
  subject: SubjectId.optional(),
  by: Actor.optional(),
  act: CustodyAct.optional(),
  locationId: LocationId.optional(),
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  ...PageInput,
});
export const ListCustodyLogReply = pageOf(CustodyEntry);

type Asked = z.infer<typeof ListCustodyLogInput>;

const isAsked = ({ by, act, locationId, from, to }: Asked, entry: CustodyEntry): boolean =>
  (by === undefined || entry.by === by) &&
  (act === undefined || entry.act === act) &&
  (locationId === undefined || entry.locationId === locationId) &&
  (from === undefined || entry.at >= from) &&
  (to === undefined || entry.at <= to);

const readerOf =
  ({ subject, from, to }: Asked, { custody }: Pick<Ports, "custody">) =>
  (page: PageRequest): Promise<Page<CustodyEntry>> =>
    subject === undefined ? custody.list({ from, to }, page) : custody.history(subject, page);

export const listCustodyLog: Handle<typeof ListCustodyLogInput, "custody", z.input<typeof ListCustodyLogReply>> = async (
  { caller, input },
  ports,
) => {
  assertMay(caller, "custody-log:read");
  const { from, to } = input;
  if (from !== undefined && to !== undefined && from > to)
    throw new Refusal("invalid_input", `from (${from.toISOString()}) lies after to (${to.toISOString()}).`);
  const { items, ...rest } = await filteredPage(input, readerOf(input, ports), (entry) => isAsked(input, entry));
  return ok({ items: [...items], ...rest });
};
