// Lists in memory: pages that go newest first, as those of the records do.
import type { CustodyEntry } from "../../../domain/custody/custody.ts";
import { Refusal } from "../../../domain/shared/refusal.ts";
import type { Page, PageRequest } from "../../../functions/ports/shared.ts";

export const amongst = <Id, Value>(all: ReadonlyMap<Id, Value>, ids: readonly Id[]): ReadonlyMap<Id, Value> =>
  new Map([...all].filter(([id]) => ids.includes(id)));

export const born = (at: Date, { id }: { readonly id: string }): string => `${at.toISOString()}#${id}`;
export const written = ({ at, subject, seq }: CustodyEntry): string => `${at.toISOString()}#${subject}#${String(seq).padStart(9, "0")}`;

/** Newest first, as the lists of the records are. */
export const pageOf = <Item>(all: Iterable<Item>, place: (item: Item) => string, { limit, after }: PageRequest): Page<Item> => {
  const sorted = [...all].toSorted((one, other) => (place(one) < place(other) ? 1 : -1));
  if (after !== undefined && !/^\d{4}-.*#/.test(after)) throw new Refusal("invalid_input", "not a cursor of this list");
  const rest = after === undefined ? sorted : sorted.filter((item) => place(item) < after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rest.length > limit && last !== undefined ? { next: place(last) } : {}) };
};
