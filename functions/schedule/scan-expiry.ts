// The daily scan: reminds of tokens that end, announces those that ended. It reads what is due and nothing else, and stops cleanly before its time
// is up: what it left is due still, and the next run goes on.
import { type ContentToken, tokenState } from "../../domain/content-token.ts";
import { expiredNotice, expiringNotice } from "../../domain/notice.ts";
import type { Organization } from "../../domain/organization.ts";
import { dueStep, nextDueAt } from "../../domain/reminder.ts";
import { announce, eraseFile, eventOf, noticeOf } from "../announce.ts";
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
  const announcements = [event, noticeOf(expiredNotice(token, await nameOf(token, ports)), when)];
  if (!(await ports.tokens.expire(token, announcements))) return;
  await announce(announcements, ports);
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
  const ended = await endToken(token, { at: now, cause: current.cause }, ports);
  if (ended === undefined) return;
  await announce([ended], ports);
  await eraseFile(token.file.key, ports);
};

/** Looks at all that is due. `isTimeUp` is asked before each token. Answers how many were looked at and whether that was all. */
export const scanExpiry = async (
  ports: ScanPorts,
  isTimeUp: () => boolean,
): Promise<{ readonly looked: number; readonly complete: boolean }> => {
  const organization = await ports.organizations.get();
  if (organization === undefined) throw new Error("the organization was not founded");
  if (!(await applyLadder(organization.reminderLadder, ports, isTimeUp))) return { looked: 0, complete: false };
  let looked = 0;
  let failed = 0;
  for await (const token of ports.tokens.due(ports.now())) {
    if (isTimeUp()) {
      ports.log.info("the scan stopped before its time was up", { looked });
      return { looked, complete: false };
    }
    looked += 1;
    try {
      await look(token, organization, ports);
    } catch (error) {
      // One token that can't be judged must not silence the others.
      failed += 1;
      ports.log.error("a due token could not be looked at", error, { tokenId: token.id });
    }
  }
  ports.log.info("the scan is complete", { looked, failed });
  if (failed > 0) throw new Error(`${failed} of ${looked} due tokens could not be looked at`);
  return { looked, complete: true };
};
