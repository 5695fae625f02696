// A page of a list, as it is answered.
import * as z from "zod";

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().optional().describe("Where the list goes on: the next request's `after`.") });
