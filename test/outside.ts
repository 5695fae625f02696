// What lies outside of the records, in memory: files, the bus, those who sign in. The contract tests hold these and the real ones to one promise.
import { createHash } from "node:crypto";
import type { Announcement } from "../domain/events.ts";
import { readSeal, type Seal, sealText } from "../domain/seal.ts";
import type { Bus, Log, People, Seals } from "../functions/ports/telling.ts";
import type { Files } from "../functions/ports/tokens.ts";

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

/** `takes` decides about each announcement; those that were taken are kept in `published`. */
export const busInMemory = (published: Announcement[], takes: (one: Announcement) => boolean = () => true): Bus => ({
  async publish(announcements) {
    const taken = announcements.filter(takes);
    published.push(...taken);
    return taken;
  },
});

/** `invited` is whom an invitation went to. */
export const peopleInMemory = (invited: string[] = []): People => ({
  async invite(email) {
    if (!invited.includes(email)) invited.push(email);
    return `subject-of-${email}`;
  },
});

export const logInMemory = (lines: string[]): Log => ({
  info: (message, fields) => void lines.push(JSON.stringify({ message, ...fields })),
  error: (message, error, fields) => void lines.push(JSON.stringify({ message, error: String(error), ...fields })),
  count: (metric, value) => void lines.push(JSON.stringify({ metric, value })),
  gauge: (metric, value) => void lines.push(JSON.stringify({ metric, value })),
});
