// A reminder ladder that was changed reaches the tokens whose due times were set by the one before. Living tokens are read whole for it, once per
// change: a scan by the same ladder reads what is due and nothing else.

import type { Organization } from "../../domain/organization/organization.ts";
import { END_OF_TIME } from "../../domain/shared/time.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { firstDueAt, isSameLadder, type ReminderLadder } from "../../domain/tokens/reminder.ts";
import type { Ports } from "../ports/ports.ts";

type Needs = Pick<Ports, "organizations" | "tokens" | "reminders" | "log" | "now">;

const ATTEMPTS = 5;

/**
 * Moves a due date only to an earlier time: a token that is due too early costs one useless check. When another run wrote the token first, it is
 * evaluated again, since that run may have used the previous ladder.
 */
const bringForward = async (listed: ContentToken, ladder: ReminderLadder, { tokens, reminders, now }: Needs): Promise<boolean> => {
  const { id, expiresAt } = listed;
  // Reminders that were sent can only move the date later: most tokens need no read of them.
  if (listed.dueAt === undefined || firstDueAt(expiresAt, ladder, new Set(), now()) >= listed.dueAt) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // The ledger before the token: what is sent in between makes it due too early, never too late.
    const first = firstDueAt(expiresAt, ladder, await reminders.sentSteps(id), now());
    const token = await tokens.get(id);
    if (token?.dueAt === undefined || first >= token.dueAt) return false;
    if (await reminders.remind(token, { nextDueAt: first })) return true;
  }
  throw new Error(`${id} could not be brought forward: it changed ${ATTEMPTS} times meanwhile`);
};

/** Returns the number of tokens that were moved and that failed, and true if all were processed. After a stop, the next run skips those that were moved. */
export const applyLadder = async (
  organization: Organization,
  ports: Needs,
  isTimeUp: () => boolean,
): Promise<{ readonly moved: number; readonly failed: number; readonly complete: boolean }> => {
  const { organizations, reminders, log } = ports;
  const { reminderLadder: ladder } = organization;
  const scanned = await organizations.scannedLadder();
  if (scanned !== undefined && isSameLadder(scanned, ladder)) return { moved: 0, failed: 0, complete: true };
  let moved = 0;
  let failed = 0;
  for await (const token of reminders.due(END_OF_TIME)) {
    if (isTimeUp()) {
      log.info("the reminder ladder is applied in part; the next run goes on", { moved, failed });
      return { moved, failed, complete: false };
    }
    try {
      if (await bringForward(token, ladder, ports)) moved += 1;
    } catch (error) {
      failed += 1;
      log.error("a token could not be brought forward; the next run tries again", error, { tokenId: token.id });
    }
  }
  // Edited meanwhile, it is not noted: the next run applies what it says now.
  if (failed === 0) await organizations.keepScannedLadder(organization);
  log.info(failed === 0 ? "the reminder ladder is applied" : "the reminder ladder is applied in part; the next run goes on", {
    moved,
    failed,
  });
  return { moved, failed, complete: true };
};
