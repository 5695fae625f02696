// What lies outside of the records, in memory: files, the bus, those who sign in. The contract tests hold these and the real ones to one promise.
import { createHash } from "node:crypto";
import { readSeal, type Seal, sealText } from "../../../domain/custody/seal.ts";
import { type Delivery, NotificationCall } from "../../../domain/device-api/delivery.ts";
import { isNotificationUrl } from "../../../domain/device-api/notification-url.ts";
import type { OutboxMessage } from "../../../domain/shared/events.ts";
import { noAnswer } from "../../../domain/tokens/apple-answer.ts";
import type { AppleAnswer } from "../../../domain/tokens/apple-check.ts";
import type { AppleApi } from "../../../functions/ports/apple.ts";
import type { Bus } from "../../../functions/ports/bus.ts";
import type { CheckQueue } from "../../../functions/ports/check-queue.ts";
import type { Files } from "../../../functions/ports/files.ts";
import type { Log } from "../../../functions/ports/log.ts";
import type { Notifier } from "../../../functions/ports/notifier.ts";
import type { People } from "../../../functions/ports/people.ts";
import type { Seals } from "../../../functions/ports/seals.ts";

/** `stored` is what lies there, by key; `isDown` makes every erasure fail. */
export const filesInMemory = (stored: Map<string, Uint8Array>, isDown = (): boolean => false): Files => ({
  async put(key, bytes) {
    stored.set(key, bytes);
    return { key, version: "1", sha256: createHash("sha256").update(bytes).digest("hex") };
  },
  async signDownload({ key }, fileName, until) {
    return { url: `memory:${key}?${fileName}`, expiresAt: until };
  },
  async erase(key) {
    if (isDown()) throw new Error("the storage is down");
    stored.delete(key);
  },
});

/** `stored` is each seal's text, by number. */
export const sealsInMemory = (stored = new Map<number, string>()): Seals => ({
  async last(): Promise<Seal | undefined> {
    const number = Math.max(0, ...stored.keys());
    if (number === 0) return undefined;
    const seal = readSeal(stored.get(number) ?? "");
    if (seal?.number !== number) throw new Error(`seal ${number} is no seal as this service writes it`);
    return seal;
  },
  async add(seal) {
    if (stored.has(seal.number)) return false;
    stored.set(seal.number, sealText(seal));
    return true;
  },
});

/** `takes` accepts or refuses each outbox message; accepted messages are kept in `published`. */
export const busInMemory = (published: OutboxMessage[], takes: (one: OutboxMessage) => boolean = () => true): Bus => ({
  async publish(messages) {
    const taken = messages.filter(takes);
    published.push(...taken);
    return taken;
  },
});

/** Somebody in the pool, by their e-mail address. */
export type InPool = { readonly subject: string; hasPassword: boolean };

/** `invited` is whom an invitation went to, as often as one did; `pool` is who is there. */
export const peopleInMemory = (invited: string[] = [], pool = new Map<string, InPool>()): People => {
  const made = new Map<string, number>();
  const withSubject = (subject: string) => [...pool].find(([, person]) => person.subject === subject);
  return {
    async invite(email) {
      const known = pool.get(email);
      if (known !== undefined) return known.subject;
      const times = (made.get(email) ?? 0) + 1;
      made.set(email, times);
      const subject = times === 1 ? `subject-of-${email}` : `subject-${times}-of-${email}`;
      pool.set(email, { subject, hasPassword: false });
      invited.push(email);
      return subject;
    },
    async inviteAgain(subject) {
      const [email, person] = withSubject(subject) ?? [];
      if (email === undefined || person === undefined) return "unknown";
      if (person.hasPassword) return "accepted";
      invited.push(email);
      return "sent";
    },
    async remove(subject) {
      const [email] = withSubject(subject) ?? [];
      if (email !== undefined) pool.delete(email);
    },
  };
};

/** `answer` is what becomes of a call to an address that may be called; those calls are kept in `called`. */
export const notifierInMemory = (
  called: NotificationCall[] = [],
  answer: (call: NotificationCall) => Delivery = () => ({ delivered: true }),
): Notifier => ({
  isTarget: (url) => isNotificationUrl(url, { loopback: "allowed" }),
  async deliver(given) {
    const call = NotificationCall.parse(given);
    if (!isNotificationUrl(call.url, { loopback: "allowed" })) return { delivered: false, why: "url_not_allowed" };
    called.push(call);
    return answer(call);
  },
});

export const logInMemory = (lines: string[]): Log => ({
  info: (message, fields) => void lines.push(JSON.stringify({ message, ...fields })),
  error: (message, error, fields) => void lines.push(JSON.stringify({ message, error: String(error), ...fields })),
  count: (metric, value) => void lines.push(JSON.stringify({ metric, value })),
  gauge: (metric, value) => void lines.push(JSON.stringify({ metric, value })),
});

/** Apple's API in memory: accepts every token until `answers` says otherwise, by the file's key or for `all`. `asked` collects the keys. */
export const appleInMemory = (answers: Map<string, AppleAnswer> = new Map(), asked: string[] = [], isOff = false): AppleApi => ({
  isSwitchedOff: () => isOff,
  async check({ key }) {
    if (isOff) return noAnswer("switched_off");
    asked.push(key);
    return answers.get(key) ?? answers.get("all") ?? { outcome: "accepted", evidence: { status: 200 } };
  },
});

/** `continued` collects the pages after which the daily run goes on. */
export const checkQueueInMemory = (continued: string[] = []): CheckQueue => ({
  async continueDailyRun(after) {
    continued.push(after);
  },
});
