// Notices about imported tokens: withdrawals, doubts and Apple's answers. They claim nothing about Apple without evidence.

import { CAUSE_TEXTS, holdersLine, locationLine, type NoticeText, renewalAdvice, subjectLine, type Where } from "../shared/notice.ts";
import type { Doubt } from "./apple-check.ts";
import { type ContentToken, type Invalidation, STILL_OPENS_APPLE } from "./content-token.ts";

const about = (token: ContentToken, where: Where): string[] => [
  locationLine(where.location),
  `Content token: ${token.id}, issued by Apple`,
  holdersLine(where),
];

/** A token that a newer one superseded needs no notice: its MDM servers have the newer one, or had the time to get it. */
export const withdrawnNotice = (token: ContentToken, where: Where, { at, cause }: Invalidation): NoticeText | undefined => {
  if (cause === "superseded") return undefined;
  return {
    subject: subjectLine(where, "was withdrawn here and still opens Apple"),
    message: [
      ...about(token, where),
      `Withdrawn: ${at.toISOString()}, because ${CAUSE_TEXTS[cause]}`,
      `Expires: ${token.expiresAt.toISOString()}`,
      "",
      `This service no longer hands the token out and erased its file. ${STILL_OPENS_APPLE}`,
      "",
      `What to do now: end the token at Apple if somebody may have it who should not. If MDM servers still need it: ${renewalAdvice(token)}`,
    ].join("\n"),
  };
};

const REASONS: Readonly<Record<Doubt["reason"], string>> = {
  "password-changed": "the person who downloaded it from Apple changed a password at this service's identity provider",
  "account-disabled": "the account of the person who downloaded it from Apple was disabled or removed here",
  reported: "somebody reported, without evidence, that the Managed Apple Account that downloaded it changed its password",
};

/** Asks a person to look, because no check with Apple answers the doubt. */
export const doubtNotice = (token: ContentToken, where: Where, { reason, at }: Doubt): NoticeText => ({
  subject: subjectLine(where, "may have stopped working"),
  message: [
    ...about(token, where),
    `In doubt since: ${at.toISOString()}, because ${REASONS[reason]}`,
    "",
    "Nothing proves that the token ended. This service could not ask Apple: checks are switched off, or they fail.",
    "",
    `What to do now: look at the location's token in an MDM server that has it, or sign in to Apple. If the token ended, report it here and renew it: ${renewalAdvice(token)}`,
  ].join("\n"),
});

/** Resolves an earlier notice of doubt. */
export const acceptedNotice = (token: ContentToken, where: Where, at: Date): NoticeText => ({
  subject: subjectLine(where, "is accepted by Apple"),
  message: [
    ...about(token, where),
    `Checked: ${at.toISOString()}. Apple accepts the token.`,
    "",
    "An earlier notice said that the token may have stopped working. What to do now: nothing.",
  ].join("\n"),
});

/** Apple's answer names another location than the one that the token was imported for. */
export const otherLocationNotice = (token: ContentToken, where: Where, at: Date): NoticeText => ({
  subject: subjectLine(where, "belongs to another location at Apple"),
  message: [
    ...about(token, where),
    `Checked: ${at.toISOString()}. Apple's answer names another location than the earlier tokens of this one.`,
    "",
    `What to do now: compare the location in lastCheck of GET /v1/content-tokens/${token.id}. If the token was imported for the wrong location, withdraw it and import its file for the right one.`,
  ].join("\n"),
});
