// The words of notices. They say which location, what happens when, and what to do; nothing that would help a thief.
import type { ContentToken } from "./content-token.ts";
import type { Location } from "./organization.ts";

type Words = { readonly subject: string; readonly message: string };

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** SNS takes less than 100 ASCII characters, no line break and no leading blank. Source: Amazon SNS API reference, Publish. */
const MAX_SUBJECT = 99;

/** A long name gives way, never what is said of it. */
const subjectLine = (locationName: string, says: string): string => {
  const name = locationName.replace(/[^\x20-\x7e]/gu, "_").trim();
  const room = MAX_SUBJECT - `Content token of  ${says}`.length;
  return `Content token of ${name.length > room ? `${name.slice(0, room - 3)}...` : name} ${says}`;
};

const inDays = (days: number): string => (days === 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`);

const renewalSteps = (token: ContentToken): string =>
  token.origin === "issued"
    ? "Issue a new content token for this location, download it and upload it to the MDM server that uses the old one. The old one goes on working until it ends."
    : "Download a new content token of this location from Apple, with the same account, import it here and upload it to the MDM server that uses the old one.";

export const expiringNotice = (token: ContentToken, location: Pick<Location, "name">, daysLeft: number): Words => ({
  subject: subjectLine(location.name, `ends ${inDays(daysLeft)}`),
  message: [
    `Location: ${location.name}`,
    `Renew before: ${token.expiresAt.toISOString()} (${inDays(daysLeft)})`,
    `Content token: ${token.id}`,
    "",
    "When it ends, the MDM server that holds it can no longer assign apps and books of this location.",
    "",
    `What to do: ${renewalSteps(token)}`,
  ].join("\n"),
});

export const expiredNotice = (token: ContentToken, location: Pick<Location, "name">): Words => ({
  subject: subjectLine(location.name, `ended on ${dayOf(token.expiresAt)}`),
  message: [
    `Location: ${location.name}`,
    `Ended: ${token.expiresAt.toISOString()}`,
    `Content token: ${token.id}`,
    "",
    "An MDM server that still holds it can no longer assign apps and books of this location. Its file was erased here.",
    "",
    `What to do now: ${renewalSteps(token)}`,
  ].join("\n"),
});
