// Names of locations are free, but several MDM servers tell locations apart by name: a second location of one name is answered with a warning.
import * as z from "zod";
import { LocationId } from "../shared/ids.ts";

/** Equal for names that people and MDM servers take for one another: letter case, white space, Unicode form and invisible characters make no difference. */
export const comparableName = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .trim();

/** The identifiers that one warning names at most. */
export const MAX_NAMED = 5;

const NameWarning = z.object({
  code: z.literal("same-name"),
  message: z.string(),
  locationIds: z.array(LocationId).max(MAX_NAMED).describe("Other locations of that name, as far as the caller may see them."),
});

export const NameWarnings = z.array(NameWarning).optional().describe("The change is made; these deserve a look.");
export type NameWarnings = z.input<typeof NameWarnings>;

/** `undefined` if there is nothing to warn of. */
export const sameNameWarnings = (others: readonly LocationId[]): NameWarnings => {
  if (others.length === 0) return undefined;
  const message = `Another location has this name: ${others.join(", ")}. Several MDM servers tell locations apart by name, so consider another one.`;
  return [{ code: "same-name", message, locationIds: [...others] }];
};
