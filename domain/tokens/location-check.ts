// Whether a token of Apple's that is imported is one of the location it is imported for. The file names the organization alone, never the location:
// so a difference proves a mistake, and a match proves nothing.
import * as z from "zod";
import type { Location } from "../organization/organization.ts";
import type { LocationId } from "../shared/ids.ts";
import { Refusal } from "../shared/refusal.ts";
import { quote } from "../shared/untrusted-text.ts";

export const LocationCheckOutcome = z.enum(["nothing-known", "no-difference", "forced"]);

/** Evidence of the token's location in the file and in the import request. */
type Told = { readonly orgName: string; readonly appleUId: string | undefined };

export type LocationCheck = { readonly outcome: z.infer<typeof LocationCheckOutcome>; readonly note: string; readonly told: Told };

const NOTES: Readonly<Record<z.infer<typeof LocationCheckOutcome>, string>> = {
  "nothing-known": "This is the first token of Apple's for this location: nothing could be compared. Later ones are compared with it.",
  "no-difference":
    "Nothing speaks against this location, which proves nothing: tokens of all locations of an organization look alike. Check the location's name in the MDM server.",
  forced: "It was imported although it differs from the location's earlier tokens. The custody log keeps the reason.",
};

const differenceOf = (location: Location, { orgName, appleUId }: Told): string | undefined => {
  if (location.appleUId !== undefined && appleUId !== undefined && location.appleUId !== appleUId)
    return `Apple calls this location ${quote(location.appleUId)}, and the import says ${quote(appleUId)}`;
  if (location.appleOrgName !== undefined && location.appleOrgName !== orgName)
    return "the token names another organization than earlier tokens of this location";
  return undefined;
};

/** Refuses with `another_location` what differs, unless it is forced. */
export const checkOfLocation = (location: Location, told: Told, isForced: boolean): LocationCheck => {
  const difference = differenceOf(location, told);
  if (difference !== undefined && !isForced)
    throw new Refusal(
      "another_location",
      `This seems to be a token of another location: ${difference}. Import it for its own location; an administrator can force it, with a reason.`,
    );
  const isKnown = location.appleOrgName !== undefined || (location.appleUId !== undefined && told.appleUId !== undefined);
  const outcome = difference !== undefined ? "forced" : isKnown ? "no-difference" : "nothing-known";
  return { outcome, note: NOTES[outcome], told };
};

/** The answered form, with the other locations whose name the file's name carries. Names are free, so this is a note and no refusal. */
export const answeredCheck = ({ outcome, note }: LocationCheck, named: readonly LocationId[]) =>
  named.length === 0
    ? { outcome, note }
    : {
        outcome,
        note: `${note} The file is named after another location (${named.join(", ")}): look up in an MDM server which location the token opens.`,
        namedLocationIds: [...named],
      };

/**
 * The location with what a token that is imported was the first to tell; `undefined` when it told nothing new. What was forced teaches nothing but that
 * there is one.
 */
export const learnt = (location: Location, { outcome, told }: LocationCheck, now: Date): Location | undefined => {
  const { importedAt = now, appleOrgName, appleUId } = location;
  const known =
    outcome === "forced" ? { appleOrgName, appleUId } : { appleOrgName: appleOrgName ?? told.orgName, appleUId: appleUId ?? told.appleUId };
  const isNews = importedAt !== location.importedAt || known.appleOrgName !== appleOrgName || known.appleUId !== appleUId;
  return isNews ? { ...location, ...known, importedAt, version: location.version + 1 } : undefined;
};
