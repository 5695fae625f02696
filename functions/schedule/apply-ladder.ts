// A reminder ladder that was changed reaches the tokens whose due times were set by the one before. Tokens are read whole for it, once per change: a
// scan by the same ladder reads what is due and nothing else.
import type { ContentToken } from "../../domain/content-token.ts";
import { firstDueAt, isSameLadder, type ReminderLadder } from "../../domain/reminder.ts";
import type { Ports } from "../ports.ts";

type Needs = Pick<Ports, "organizations" | "tokens" | "log" | "now">;

const PAGE = 100;

/** Only ever earlier: a token that is due too early is looked at for nothing and moves on. */
const bringForward = async (token: ContentToken, ladder: ReminderLadder, { tokens, now }: Needs): Promise<boolean> => {
  const { id, dueAt, expiresAt } = token;
  const at = now();
  // What was sent can only make it later: without it, most tokens need no further read.
  if (dueAt === undefined || firstDueAt(expiresAt, ladder, new Set(), at) >= dueAt) return false;
  const first = firstDueAt(expiresAt, ladder, await tokens.sentSteps(id), at);
  return first < dueAt && tokens.remind(token, undefined, first, []);
};

/** False when it was stopped: the next run begins anew, and finds most of it done. */
export const applyLadder = async (ladder: ReminderLadder, ports: Needs, isTimeUp: () => boolean): Promise<boolean> => {
  const { organizations, tokens, log } = ports;
  const scanned = await organizations.scannedLadder();
  if (scanned !== undefined && isSameLadder(scanned, ladder)) return true;
  let moved = 0;
  let after: string | undefined;
  do {
    if (isTimeUp()) {
      log.info("the reminder ladder is applied in part; the next run goes on", { moved });
      return false;
    }
    const page = await tokens.list("all", { limit: PAGE, after });
    for (const token of page.items) if (await bringForward(token, ladder, ports)) moved += 1;
    after = page.next;
  } while (after !== undefined);
  await organizations.keepScannedLadder(ladder);
  log.info("the reminder ladder is applied", { moved });
  return true;
};
