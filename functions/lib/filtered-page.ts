// A list of which only some items are wanted: it reads on past what it drops, and after so many pages answers with what it has and where to go on.
import type { Page, PageRequest } from "../ports/shared.ts";

const READS = 10;

export const filteredPage = async <Item>(
  { limit, after }: PageRequest,
  read: (page: PageRequest) => Promise<Page<Item>>,
  isWanted: (item: Item) => boolean,
): Promise<Page<Item>> => {
  const items: Item[] = [];
  let next = after;
  for (let reads = 0; reads < READS && items.length < limit; reads++) {
    const page = await read({ limit: limit - items.length, after: next });
    items.push(...page.items.filter(isWanted));
    next = page.next;
    if (next === undefined) break;
  }
  return { items, ...(next === undefined ? {} : { next }) };
};
