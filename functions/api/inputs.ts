// What many routes take: the parts of a page, and a place in the path.
import * as z from "zod";

/** `limit` comes as text from the query. */
export const PageInput = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe("How many to answer at most. A page may hold fewer, and still have a `next`."),
  after: z.string().max(1024).optional().describe("The `next` of an earlier page of the same list."),
};
