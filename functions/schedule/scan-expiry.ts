// The daily scan: reminds of tokens that end, announces those that ended. It reads what is due and nothing else, and stops cleanly before its time
// is up: what it left is due still, and the next run goes on.
import { type ContentToken, tokenState } from "../../domain/content-token.ts";
import type { ContentTokenId } from "../../domain/ids.ts";
import { expiredNotice, expiringNotice } from "../../domain/notice.ts";
import type { Organization } from "../../domain/organization.ts";
import { dueStep, nextDueAt } from "../../domain/reminder.ts";
import { announce, custodyOf, eraseFile, eventOf, noticeOf } from "../announce.ts";
import { endToken } from "../end-token.ts";
import { holdersOf } from "../holders.ts";
import type { Ports } from "../ports.ts";
import { applyLadder } from "./apply-ladder.ts";

export type ScanPorts = Omit<Ports, "parking">;

const place = ({ id, locationId }: ContentToken) => ({ tokenId: id, locationId });

const nameOf = async ({ locationId }: ContentToken, { locations }: Pick<Ports, "locations">) => {
  const location = await locations.get(locationId);
  if (location === undefined) throw new Error(`${locationId}, which has a token, is not recorded`);
  return location;
};

const expire = async (token: ContentToken, now: Date, ports: ScanPorts): Promise<void> => {
  const when = { ...ports, at: now };
  const event = eventOf("ContentTokenExpired", { ...place(token), expiresAt: token.expiresAt }, when);
  const traces = [
    event,
    noticeOf(expiredNotice(token, await nameOf(token, ports)), when),
    custodyOf("token-expired", { subject: token.id, at: now, by: "service", locationId: token.locationId }),
  ];
  if (!(await ports.tokens.expire(token, traces))) return;
  await announce(traces, ports);
  await eraseFile(token.file.key, ports);
};

const remind = async (token: ContentToken, { reminderLadder }: Organization, now: Date, ports: ScanPorts): Promise<void> => {
  const next = nextDueAt(token.expiresAt, reminderLadder, now);
  const owed = dueStep(token.expiresAt, reminderLadder, await ports.tokens.sentSteps(token.id), now);
  if (owed?.kind !== "expiring") {
    await ports.tokens.remind(token, undefined, next, []);
    return;
  }
  const { step, daysLeft } = owed;
  const when = { ...ports, at: now };
  const event = eventOf("ContentTokenExpiring", { ...place(token), daysLeft, step, expiresAt: token.expiresAt }, when);
  const announcements = [event, noticeOf(expiringNotice(token, await nameOf(token, ports), daysLeft), when)];
  if (await ports.tokens.remind(token, step, next, announcements)) await announce(announcements, ports);
};

const look = async (token: ContentToken, organization: Organization, ports: ScanPorts): Promise<void> => {
  const now = ports.now();
  const current = tokenState(token, await holdersOf([token], ports), now);
  if (current.state === "expired") return expire(token, now, ports);
  if (current.state === "active") return remind(token, organization, now, ports);
  // Killed by a fact whose fan-out has not come to it: nobody is to be reminded to renew what is dead, so it is ended here.
  const ended = await endToken(token, { at: now, cause: current.cause }, "service", ports);
  if (ended === undefined) return;
  await announce(ended, ports);
  await eraseFile(token.file.key, ports);
};

/** Looks at all that is due but what is in `failed`, where it adds what it could not look at: one token that can't be judged must not silence the others. */
const lookAtDue = async (organization: Organization, failed: Set<ContentTokenId>, ports: ScanPorts, isTimeUp: () => boolean) => {
  let looked = 0;
  for await (const token of ports.tokens.due(ports.now())) {
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
  if (organization === undefined) throw new Error("the organization was not founded");
  const failed = new Set<ContentTokenId>();
  let { looked, complete } = await lookAtDue(organization, failed, ports, isTimeUp);
  let unmoved = 0;
  if (complete) {
    const ladder = await applyLadder(organization.reminderLadder, ports, isTimeUp);
    const more =
      ladder.complete && ladder.moved > 0 ? await lookAtDue(organization, failed, ports, isTimeUp) : { looked: 0, complete: true };
    looked += more.looked;
    complete = ladder.complete && more.complete;
    unmoved = ladder.failed;
  }
  ports.log.info(complete ? "the scan is complete" : "the scan stopped before its time was up", { looked, failed: failed.size });
  if (failed.size > 0) throw new Error(`${failed.size} of ${looked} due tokens could not be looked at`);
  if (unmoved > 0) throw new Error(`${unmoved} tokens could not be brought forward to the new reminder ladder`);
  return { looked, complete };
};
