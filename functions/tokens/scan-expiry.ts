// The daily scan: reminds of tokens that end, announces those that ended. It reads what is due and nothing else, and stops cleanly before its time
// is up: what it left is due still, and the next run goes on.

import { openSightings } from "../../domain/mdm-servers/links.ts";
import type { Organization } from "../../domain/organization/organization.ts";
import type { ContentTokenId } from "../../domain/shared/ids.ts";
import { expiringNotice } from "../../domain/shared/notice.ts";
import { addDays, startOfDay } from "../../domain/shared/time.ts";
import { type ContentToken, isOverlapOver, tokenState } from "../../domain/tokens/content-token.ts";
import { dueStep, nextDueAt, withOverlapEnd } from "../../domain/tokens/reminder.ts";
import { createEvent, createNotice, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import { applyLadder } from "./apply-ladder.ts";
import { endToken } from "./end.ts";
import { expireToken } from "./expire.ts";
import { whereOf } from "./notice-context.ts";
import { type SupersedingPorts, supersedeOlder } from "./supersede.ts";
import { loadTokenContext } from "./token-context.ts";

export type ScanPorts = SupersedingPorts & Pick<Ports, "organizations" | "reminders">;

const place = ({ id, locationId }: ContentToken) => ({ tokenId: id, locationId });

/** Looked at by every scan, whenever in its day that runs: what was passed over while it was reserved is due as soon as it is not. */
const moveOn = async (token: ContentToken, now: Date, { reminders }: ScanPorts): Promise<void> => {
  const tomorrow = startOfDay(addDays(now, 1));
  await reminders.remind(token, { nextDueAt: tomorrow < token.expiresAt ? tomorrow : token.expiresAt });
};

const remind = async (token: ContentToken, { reminderLadder }: Organization, now: Date, ports: ScanPorts): Promise<void> => {
  const { expiresAt, supersedesAt } = token;
  const next = withOverlapEnd(nextDueAt(expiresAt, reminderLadder, now), supersedesAt, now);
  const move = { nextDueAt: next, isOverlapDone: isOverlapOver(token, now) };
  const owed = dueStep(expiresAt, reminderLadder, await ports.reminders.sentSteps(token.id), now);
  if (owed?.kind !== "expiring") {
    await ports.reminders.remind(token, move);
    return;
  }
  const { step, daysLeft } = owed;
  const when = { ...ports, at: now };
  const effects = [
    createEvent("ContentTokenExpiring", { ...place(token), daysLeft, step, expiresAt }, when),
    createNotice(expiringNotice(token, await whereOf(token, ports), daysLeft), when),
  ];
  if (await ports.reminders.remind(token, { ...move, step }, effects)) await publishEffects(effects, ports);
};

const isProved = async ({ id, locationId }: ContentToken, { links }: Pick<ScanPorts, "links">): Promise<boolean> =>
  openSightings(await links.of(locationId)).some(({ tokenId, provedAt }) => tokenId === id && provedAt !== undefined);

const look = async (token: ContentToken, organization: Organization, ports: ScanPorts): Promise<void> => {
  const now = ports.now();
  const current = tokenState(token, await loadTokenContext([token], ports), now);
  if (current.state === "expired") return expireToken(token, now, ports);
  if (current.state === "active") {
    // Before its due time moves on: afterwards nothing finds an ended overlap, or a proof whose request a crash cut short, again.
    if (isOverlapOver(token, now) || (await isProved(token, ports))) await supersedeOlder(token, ports);
    return remind(token, organization, now, ports);
  }
  // The built-in service's own: nobody can renew it, so nobody is reminded to.
  if (current.state === "reserved") return moveOn(token, now, ports);
  // Killed by a fact whose fan-out has not come to it: nobody is to be reminded to renew what is dead, so it is ended here.
  await endToken(token, { at: now, cause: current.cause }, "service", ports);
};

/** Processes all due tokens except those in `failed`, and adds to `failed` the tokens that it could not process: one bad record must not stop the others. */
const lookAtDue = async (organization: Organization, failed: Set<ContentTokenId>, ports: ScanPorts, isTimeUp: () => boolean) => {
  let looked = 0;
  for await (const token of ports.reminders.due(ports.now())) {
    if (failed.has(token.id)) continue;
    if (isTimeUp()) return { looked, complete: false };
    looked += 1;
    try {
      await look(token, organization, ports);
    } catch (error) {
      failed.add(token.id);
      ports.log.error("a due token could not be looked at", error, { tokenId: token.id });
    }
  }
  return { looked, complete: true };
};

/**
 * Looks at all that is due, then applies a ladder that was changed and looks at what is due by it. In this order, since a ladder may take more than
 * one run: nobody's reminder waits for it. `isTimeUp` is asked before each token. Answers how many were looked at and whether that was all.
 */
export const scanExpiry = async (
  ports: ScanPorts,
  isTimeUp: () => boolean,
): Promise<{ readonly looked: number; readonly complete: boolean }> => {
  const organization = await ports.organizations.get();
  const failed = new Set<ContentTokenId>();
  let { looked, complete } = await lookAtDue(organization, failed, ports, isTimeUp);
  let unmoved = 0;
  if (complete) {
    const ladder = await applyLadder(organization, ports, isTimeUp);
    const more =
      ladder.complete && ladder.moved > 0 ? await lookAtDue(organization, failed, ports, isTimeUp) : { looked: 0, complete: true };
    looked += more.looked;
    complete = ladder.complete && more.complete;
    unmoved = ladder.failed;
  }
  ports.log.info(complete ? "the scan is complete" : "the scan stopped before its time was up", { looked, failed: failed.size });
  if (failed.size > 0) throw new Error(`${failed.size} of ${looked} due tokens could not be looked at`);
  if (unmoved > 0) throw new Error(`${unmoved} tokens could not be brought forward to the new reminder ladder`);
  // Its age is an alarm's: a scan that is always stopped, or fails on one token every day, must not pass for one that is done.
  if (complete) await ports.organizations.keepScannedAt(ports.now());
  return { looked, complete };
};
