// The words of notices. They say which location, what happens when, and what to do; nothing that would help a thief. Names are quoted: MDM servers choose their own.

import type { MdmServer } from "../mdm-servers/mdm-server.ts";
import type { Location } from "../organization/organization.ts";
import { isReserved } from "../organization/subscription.ts";
import type { ContentToken, Invalidation, InvalidationCause } from "../tokens/content-token.ts";
import { quote, quoteAscii } from "./untrusted-text.ts";

export type NoticeText = { readonly subject: string; readonly message: string };

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** SNS takes fewer than 100 ASCII characters, no line break and no leading blank. Source: Amazon SNS API reference, Publish. */
const MAX_SUBJECT = 99;
const MAX_LOCATION_NAME = 100;

/** A long name gives way, never what is said of it. */
export const subjectLine = ({ location }: Where, says: string): string => {
  const room = MAX_SUBJECT - `Content token of "" ${says}`.length;
  return `Content token of ${quoteAscii(location.name, room)} ${says}`;
};

const inDays = (days: number): string => (days === 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`);

/** The context of a notice: the location, and the MDM servers that depend on the token. */
export type Where = {
  readonly location: Pick<Location, "name" | "reservedAt">;
  readonly servers: readonly Pick<MdmServer, "name" | "vendor">[];
};

const INTO_MDM_SERVERS =
  "upload it to each MDM server that has the old one, in its place. One that fetches its tokens here gets it by itself.";

export const renewalAdvice = ({ origin }: ContentToken): string =>
  origin === "issued"
    ? `Issue a new content token for this location, download it and ${INTO_MDM_SERVERS}`
    : `Download a new content token of this location from Apple, import it here and ${INTO_MDM_SERVERS}`;

/** Names of locations are the organization's own, and may be as long as they are allowed to be. */
export const locationLine = ({ name }: Where["location"]): string => `Location: ${quote(name, MAX_LOCATION_NAME)}`;

export const holdersLine = ({ servers }: Where): string =>
  servers.length === 0
    ? "MDM servers: none is known to have it. Look into yours: not every one may be registered."
    : `MDM servers that have it: ${servers.map(({ name, vendor }) => `${quote(name)} (${vendor})`).join(", ")}`;

/** The notice for holders of a token of the primary location when the monthly subscription begins. */
export const reservedNotice = ({ location, servers }: Where, isPrimaryReserved: boolean): NoticeText => ({
  subject: subjectLine(
    { location, servers },
    isPrimaryReserved ? "must be removed from MDM servers" : "stays yours, and is not the built-in service's",
  ),
  message: [
    locationLine(location),
    holdersLine({ location, servers }),
    "",
    ...(isPrimaryReserved
      ? [
          "The monthly subscription began, and this location is now the built-in service's own. Its content token is not shown or given out any more. An MDM server that still has it corrupts the license counts and fails to assign.",
          "",
          "What to do now: remove the token from each MDM server that has it, then record that here. For other MDM servers create a location, transfer licenses to it and give them its token.",
        ]
      : [
          "The monthly subscription began, and the built-in service was given a location of its own, since this one is in use. Its content token stays as it is, and so do its assignments.",
          "",
          "What to do: nothing, unless you mean to assign what the built-in service is to assign: transfer those licenses to its location.",
        ]),
  ].join("\n"),
});

export const expiringNotice = (token: ContentToken, where: Where, daysLeft: number): NoticeText => ({
  subject: subjectLine(where, `ends ${inDays(daysLeft)}`),
  message: [
    locationLine(where.location),
    `Renew before: ${token.expiresAt.toISOString()} (${inDays(daysLeft)})`,
    `Content token: ${token.id}`,
    holdersLine(where),
    "",
    "When it ends, MDM servers that have it can no longer assign apps and books of this location.",
    "",
    `What to do: ${renewalAdvice(token)} The old one goes on working until then.`,
  ].join("\n"),
});

/** The notice for those who were asked to remove a token of the location, when the monthly subscription ends. */
export const releasedNotice = ({ location, servers }: Where): NoticeText => ({
  subject: subjectLine({ location, servers }, "may be used again"),
  message: [
    locationLine(location),
    holdersLine({ location, servers }),
    "",
    "The monthly subscription ended, and this location is no longer the built-in service's own. Its content tokens that have not ended meanwhile work as before: what an earlier mail said of removing them no longer counts.",
    "",
    "What to do: nothing where a token that still works was left. Elsewhere put it back, or issue a new one.",
  ].join("\n"),
});

const NOT_YOURS =
  "Nothing is to be renewed: the location is the built-in service's own while the monthly subscription runs. Remove the token from each MDM server that has it, and record that here.";

const endedLines = (token: ContentToken, where: Where): string[] => [
  `Content token: ${token.id}`,
  holdersLine(where),
  "",
  "MDM servers that still have it can no longer assign apps and books of this location. Its file was erased here.",
  "",
  `What to do now: ${isReserved(where.location) ? NOT_YOURS : renewalAdvice(token)}`,
];

export const expiredNotice = (token: ContentToken, where: Where): NoticeText => ({
  subject: subjectLine(where, `ended on ${dayOf(token.expiresAt)}`),
  message: [locationLine(where.location), `Ended: ${token.expiresAt.toISOString()}`, ...endedLines(token, where)].join("\n"),
});

/** Why it ended, for a person. One that was superseded needs nobody's attention: its MDM servers have the newer one, or had the time to get it. */
export const CAUSE_TEXTS: Readonly<Record<Exclude<InvalidationCause, "superseded">, string>> = {
  "revoked-by-apple": "Apple answers that it revoked the token (9625)",
  "unknown-to-apple": "Apple answers that it does not know the token (9622)",
  "password-changed": "the password of an account that had downloaded it was changed",
  "account-disabled": "an account that had downloaded it was disabled",
  revoked: "somebody revoked it",
  "location-closed": "its location was closed",
};

export const invalidatedNotice = (token: ContentToken, where: Where, { at, cause }: Invalidation): NoticeText | undefined => {
  if (cause === "superseded") return undefined;
  const ended = `Ended: ${at.toISOString()}, because ${CAUSE_TEXTS[cause]}`;
  return {
    subject: subjectLine(where, "stopped working"),
    message: [locationLine(where.location), ended, ...endedLines(token, where)].join("\n"),
  };
};
