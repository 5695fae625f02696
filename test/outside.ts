// What lies outside of the records, in memory: files, the bus, those who sign in. The contract tests hold these and the real ones to one promise.
import { createHash } from "node:crypto";
import type { Announcement } from "../domain/events.ts";
import type { Bus, Files, Log, People } from "../functions/ports.ts";

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
