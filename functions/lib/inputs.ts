// Inputs that many routes share: page size and cursor, an asset, and targets of assignments.
import * as z from "zod";
import { AssetKey, ClientUserId, MAX_TARGETS, PricingParam, SerialNumber } from "../../domain/licenses/licenses.ts";

/** `limit` comes as text from the query. */
export const PageInput = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe("How many to answer at most. A page may hold fewer, and still have a `next`."),
  after: z.string().max(4096).optional().describe("The `next` of an earlier page of the same list."),
};

/** An asset of a location. */
export const AssetInput = { ...AssetKey.shape, pricingParam: PricingParam.default("STDQ") };

const UP_TO = `Of both together ${MAX_TARGETS} at most.`;

/** Targets of assignments: devices and users. */
export const TargetsInput = {
  serialNumbers: z.array(SerialNumber).max(MAX_TARGETS).default([]).describe(UP_TO),
  clientUserIds: z.array(ClientUserId).max(MAX_TARGETS).default([]).describe(UP_TO),
};
