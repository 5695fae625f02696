// What a route of the device management API answers: its reply, errors by status and number, and what the gateway answers by itself. An unknown token is an
// error with status 200, and so is every error of version 1: such answers are told by their fields.
import * as z from "zod";
import { MDM_ERRORS, type MdmErrorNumber, RETRY_SECONDS, statusOfNumber } from "../domain/device-api/mdm-error.ts";
import { type AnyMdmRoute, numbersOf } from "./mdm-numbers.ts";
import { type Content, gatewayAnswers, type Named, RETRY_AFTER, type Response } from "./responses.ts";
import { refTo, type Schema, schemaOf } from "./schema.ts";

const errorSchema = (numbers: readonly MdmErrorNumber[]): Schema => ({
  allOf: [{ $ref: refTo("MdmError") }],
  properties: { errorNumber: { enum: numbers } },
});

export const UNKNOWN_TOKEN = refTo("UnknownContentToken");

/** Schemas that no schema of the routes is. */
export const MDM_SCHEMAS: Readonly<Record<string, Schema>> = {
  UnknownContentToken: { description: "This service issued no such token. The status is 200.", ...errorSchema([9622]) },
};

/** Of version 1, whose status is 200 whatever happens. */
const errorOfVersion1 = (numbers: readonly MdmErrorNumber[]): Schema => {
  const { allOf, properties } = errorSchema(numbers);
  return { ...(allOf === undefined ? {} : { allOf }), properties: { status: { const: -1 }, ...properties }, required: ["status"] };
};

const wordsOf = (numbers: readonly MdmErrorNumber[]): string => numbers.map((number) => `${number} ${MDM_ERRORS[number][1]}`).join("; ");

const json = (schemas: readonly Schema[]): Content => {
  const [only = {}, ...others] = schemas;
  return { "application/json": { schema: others.length === 0 ? only : { anyOf: schemas } } };
};

const isOfVersion1 = (route: AnyMdmRoute): boolean => "version" in route && route.version === 1;

/** All there is with status 200. */
export const mdmSuccesses = (key: string, route: AnyMdmRoute): Readonly<Record<string, Response>> => {
  const replies = route.reply instanceof z.ZodNever ? [] : [schemaOf(route.reply, "output")];
  const numbers = numbersOf(key, route);
  if (isOfVersion1(route)) {
    const description = `${route.answers}; or, with status -1, an error`;
    return { 200: { description, content: json([...replies, errorOfVersion1(numbers)]) } };
  }
  if (route.reply instanceof z.ZodString)
    return { 200: { description: route.answers, content: { "text/html": { schema: { type: "string" } } } } };
  const isAsked = numbers.includes(9622);
  return { 200: { description: route.answers, content: json([...replies, ...(isAsked ? [{ $ref: UNKNOWN_TOKEN }] : [])]) } };
};

const refusal = (status: number, numbers: readonly MdmErrorNumber[], gateway: string | undefined): Response => ({
  description: [...(numbers.length === 0 ? [] : [wordsOf(numbers)]), ...(gateway === undefined ? [] : [gateway])].join("; "),
  ...(RETRY_SECONDS[status] === undefined || numbers.length === 0 ? {} : { headers: { "Retry-After": RETRY_AFTER } }),
  content: json([
    ...(numbers.length === 0 ? [] : [errorSchema(numbers)]),
    ...(gateway === undefined ? [] : [{ $ref: refTo("GatewayRefusal") }]),
  ]),
});

/** Every other status, with a name that stands for what is in it. */
export const mdmRefusals = (key: string, route: AnyMdmRoute): Readonly<Record<string, Named>> => {
  const numbers = isOfVersion1(route) ? [] : numbersOf(key, route).filter((number) => statusOfNumber(number) !== 200);
  const byStatus = Map.groupBy(numbers, statusOfNumber);
  const gateway = gatewayAnswers(key, { signedIn: false });
  return Object.fromEntries(
    [...new Set([...byStatus.keys(), ...gateway.keys()])].toSorted().map((status) => {
      const own = byStatus.get(status) ?? [];
      const name = [status, ...own, ...(gateway.has(status) ? ["gateway"] : [])].join(".");
      return [status, [name, refusal(status, own, gateway.get(status))]];
    }),
  );
};
