// What every walk has at hand, and how it looks at what the service told on its buses.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { EVENTS_FILE, NOTICES_FILE } from "../service.ts";
import type { Session } from "../session.ts";
import { readLines } from "../state.ts";
import type { Narrator } from "./narrator.ts";
import type { DemoPeople } from "./person.ts";

export type Walk = {
  readonly session: Session;
  /** Where the service keeps what passed its buses. */
  readonly directory: string;
  readonly people: DemoPeople;
  readonly narrator: Narrator;
  /** Told every secret that comes by, for whoever checks that no log has it. */
  readonly onSecret: (secret: string) => void;
};

export type Line = {
  readonly "detail-type"?: string;
  readonly detail?: Record<string, unknown>;
  readonly subject?: string;
  readonly message?: string;
};

export const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The events of a type whose detail has this value. */
export const eventsWith = ({ directory }: Walk, type: string, name: string, value: string): Line[] =>
  (readLines(join(directory, EVENTS_FILE)) as Line[]).filter((line) => line["detail-type"] === type && line.detail?.[name] === value);

/** The notice about a token whose subject ends with these words: a token may have notices of several kinds. */
export const noticeAbout = ({ directory }: Walk, tokenId: string, words: string): Line | undefined =>
  (readLines(join(directory, NOTICES_FILE)) as Line[]).find(
    ({ subject = "", message = "" }) => subject.endsWith(words) && message.includes(tokenId),
  );
