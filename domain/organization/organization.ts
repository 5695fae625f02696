// The organization and its locations. Exactly one location is primary: it is made with the organization and bears its name.
import * as z from "zod";
import { LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import { foreignText, nameText, plainText } from "../shared/text.ts";
import { Version } from "../shared/version.ts";
import { ReminderLadder } from "../tokens/reminder.ts";

export const Organization = z.object({
  name: nameText(100),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe("ISO 3166-1 alpha-2."),
  platform: z.enum(["enterprisestore", "volumestore"]),
  reminderLadder: ReminderLadder,
  renewalOverlapDays: z.int().min(0).max(90),
  version: Version,
});
export type Organization = z.infer<typeof Organization>;

export const DEFAULT_OVERLAP_DAYS = 30;

export const Location = z.object({
  id: LocationId,
  name: nameText(100),
  uId: z
    .string()
    .regex(/^[1-9]\d{15}$/)
    .describe("Unique library identifier, 16 digits: what MDM servers tell tokens of one location by. Names are not unique, uIds are."),
  primary: z.boolean(),
  appleUId: plainText(64).optional().describe("What Apple calls the location, once somebody said so: a token of another one is refused."),
  appleOrgName: foreignText(1024)
    .optional()
    .describe("The organization's name in the first token of Apple's that was imported: one of another organization is refused."),
  /** When a token of Apple's was first imported. */
  importedAt: z.date().optional(),
  /** When something was first assigned through a token of this location. */
  assignedThroughTokenAt: z.date().optional(),
  reservedAt: z.date().optional().describe("Since when it is the built-in service's own: while the monthly subscription runs."),
  closedAt: z.date().optional().describe("When it was closed, which is not undone."),
  createdAt: z.date(),
  version: Version,
});
export type Location = z.infer<typeof Location>;

/** Refuses with `location_closed`. */
export const assertOpen = ({ closedAt }: Pick<Location, "closedAt">): void => {
  if (closedAt !== undefined)
    throw new Refusal("location_closed", `This location was closed at ${closedAt.toISOString()}. Use another one.`);
};

/** Reasons why a location can't be closed. */
export type LeftInLocation = {
  readonly available: number;
  readonly assigned: number;
  readonly assets: number;
  readonly liveTokens: number;
};

/** Refuses with `primary_location` or, counting what is left, with `location_not_empty`. Retired licenses are worth nothing and keep nothing open. */
export const assertClosable = (
  { primary }: Pick<Location, "primary">,
  { available, assigned, assets, liveTokens }: LeftInLocation,
): void => {
  if (primary) throw new Refusal("primary_location", "The primary location belongs to the organization and can't be closed.");
  if (available + assigned + liveTokens > 0)
    throw new Refusal(
      "location_not_empty",
      `This location is not empty. Licenses: ${available} available, ${assigned} assigned (assets: ${assets}); live content tokens: ${liveTokens}. Unassign and transfer the licenses, and revoke the tokens. Closing is not undone.`,
    );
};

/** Bytes that `uIdOf` needs. */
export const UID_BYTES = 8;

/** 16 digits, the first not 0, from 8 random bytes. The remainder's bias is below 1 in 2 000; uniqueness is the store's condition. */
export const uIdOf = (random: Uint8Array): string => {
  if (random.length !== UID_BYTES) throw new RangeError(`a uId takes ${UID_BYTES} bytes, got ${random.length}`);
  const value = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return String(1_000_000_000_000_000n + (value % 9_000_000_000_000_000n));
};
