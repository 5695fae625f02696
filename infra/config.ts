// What a deployment is asked for. A wrong or missing answer ends the synthesis with a sentence, before anything is deployed.
import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { Organization } from "../domain/organization.ts";
import { DEFAULT_LADDER } from "../domain/reminder.ts";

const Emails = z.array(z.email("must be an e-mail address")).min(1, "must name at least one e-mail address");

export const Config = z.strictObject({
  organization: Organization.shape.name,
  country: Organization.shape.country,
  /** The first administrator: invited by e-mail. */
  administratorEmail: z.email("must be an e-mail address"),
  /** Who is told when a token ends. */
  noticeEmails: Emails,
  /** Who is woken by alarms. */
  alarmEmails: Emails,
  reminderLadder: Organization.shape.reminderLadder.default(DEFAULT_LADDER),
  /** The first part of the sign-in page's address, unique in the region. */
  signInPrefix: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be lower-case letters, digits and hyphens"),
  /** CloudTrail tells of password changes. `existing`: the account has a trail of management events in this region already. */
  trail: z.enum(["create", "existing"]).default("create"),
});
export type Config = z.infer<typeof Config>;

export const parseConfig = (value: unknown, source: string): Config => {
  const parsed = Config.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  throw new Error(`The configuration in ${source} can't be deployed. ${wrong.join(". ")}.`);
};

/** Reads the file; without one, the demo's configuration, which is made for the run on one machine. */
export const readConfig = (file: string, demo: string): Config => {
  const source = existsSync(file) ? file : demo;
  return parseConfig(JSON.parse(readFileSync(source, "utf8")), source);
};
