// The configuration of a deployment. Invalid or missing values stop synthesis, before anything is deployed, with errors that say what to fix.
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { Email } from "../domain/accounts/account.ts";
import { DEFAULT_JOB_LIMITS, DEFAULT_REQUESTS_PER_SECOND, MAX_REQUESTED } from "../domain/device-api/mdm-limits.ts";
import { Organization } from "../domain/organization/organization.ts";
import { APPLE_API, isAppleSetting } from "../domain/tokens/apple-api.ts";
import { DEFAULT_LADDER } from "../domain/tokens/reminder.ts";
import { COUNTRIES } from "./countries.ts";

const Emails = z.array(Email).min(1);

/** Cognito refuses them anywhere in a prefix. Source: Amazon Cognito developer guide, "Configuring a user pool domain". */
const RESERVED = /aws|amazon|cognito/;

const isOrigin = (text: string): boolean => {
  const url = URL.parse(text);
  return url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(text);
};

export const Config = z.strictObject({
  organization: Organization.shape.name,
  country: z.string().refine((code) => COUNTRIES.has(code), "must be the two capital letters of a country (ISO 3166-1), like US"),
  /** The first administrator: invited by e-mail. */
  administratorEmail: Email,
  /** E-mail addresses that receive notices about tokens. */
  noticeEmails: Emails,
  /** E-mail addresses that receive alarms. */
  alarmEmails: Emails,
  reminderLadder: Organization.shape.reminderLadder.default(DEFAULT_LADDER),
  /** Requests per second that the device API accepts from the MDM servers of one location. */
  requestsPerSecond: z.int().min(1).max(1000).default(DEFAULT_REQUESTS_PER_SECOND),
  /** The most jobs of the MDM servers of one location that may be pending. */
  maxPendingJobs: z.int().min(1).max(100_000).default(DEFAULT_JOB_LIMITS.jobs),
  /** The most assignments that the pending jobs of one location may ask for together. The largest single request must fit. */
  maxPendingAssignments: z.int().min(MAX_REQUESTED).max(10_000_000).default(DEFAULT_JOB_LIMITS.assignments),
  /** The base URL of Apple's API, which imported tokens are sent to; "off" asks Apple nothing. */
  appleApi: z
    .string()
    .refine(isAppleSetting, 'must be "off" or an https URL with a host and a path: no user name, password, query or fragment')
    .default(APPLE_API),
  /** The address under which MDM servers reach the API through a domain name or proxy of the organization's own. */
  publicUrl: z
    .string()
    .refine(isOrigin, "must be an https address without a path, like https://mdm.example.org")
    .transform((url) => new URL(url).origin)
    .optional(),
  /** Sources of events, besides this service's own, that may report password changes and disabled accounts on the bus. */
  identitySources: z
    .array(
      z
        .string()
        .regex(/^[\w./-]{1,256}$/, "must be 1 to 256 letters, digits, dots, hyphens, slashes and underscores")
        .refine((source) => !/^aws\./.test(source), "must not begin with aws., which only AWS's own services may use"),
    )
    // The pattern of a rule has at most 2,048 characters.
    .max(5)
    .default([]),
  /** The first part of the sign-in page's address, unique in the region. */
  signInPrefix: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end")
    .refine((prefix) => !RESERVED.test(prefix), "must not contain aws, amazon or cognito: Cognito refuses these words"),
  /** CloudTrail tells of password changes. `existing`: the account has a trail of management events in this region already. */
  trail: z.enum(["create", "existing"]).default("create"),
});
export type Config = z.infer<typeof Config>;

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  array: "a list",
  number: "a number",
  int: "a whole number",
  object: `an object with the fields ${Object.keys(Config.shape).join(", ")}`,
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);

const isNumber = ({ origin }: { readonly origin: string }): boolean => origin === "number" || origin === "int";

/** The error text of one issue; `value` is the value that was given. */
const adviceOn = (issue: z.core.$ZodIssue, value: unknown): string => {
  if (value === undefined) return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((each) => JSON.stringify(each)).join(" or ")}`;
    case "too_small":
      return isNumber(issue) ? `must be at least ${issue.minimum}` : "must not be empty";
    case "too_big":
      return isNumber(issue)
        ? `must be at most ${issue.maximum}`
        : `must have at most ${issue.maximum} ${issue.origin === "string" ? "characters" : "entries"}`;
    default:
      return issue.message;
  }
};

const sentences = (issue: z.core.$ZodIssue, given: unknown): readonly string[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => `${key}: is not a field. The fields are ${Object.keys(Config.shape).join(", ")}`)
    : [`${z.core.toDotPath(issue.path) || "it"}: ${adviceOn(issue, valueAt(given, issue.path))}`];

/** Throws with a line for each field that is wrong. `source` is the file's name. */
export const parseConfig = (value: unknown, source: string): Config => {
  const parsed = Config.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.flatMap((issue) => sentences(issue, value));
  throw new Error([`The configuration in ${source} can't be deployed:`, ...wrong.map((each) => `  ${each}.`)].join("\n"));
};

const parsedJson = (text: string, source: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`The configuration in ${source} is not JSON: ${cause instanceof Error ? cause.message : cause}.`, { cause });
  }
};

/** Reads the file; without one, the demo's configuration, which is made for the run on one machine. */
export const readConfig = (file: string, demo: string): Config => {
  const source = existsSync(file) ? file : demo;
  return parseConfig(parsedJson(readFileSync(source, "utf8"), source), source);
};
