// The name under which a token's file is downloaded: different for each location, and recognized by a person in any script.
import type { Location } from "../organization/organization.ts";

/** With it, a name in any script stays below the 255 bytes that file systems allow. */
const MAX_NAME_CHARACTERS = 50;

/**
 * `sToken_for_<name>_<uId>.vpptoken`. Letters, marks and digits of any script, dots and hyphens are kept, anything else becomes `_`. The uId distinguishes locations
 * of one name and is what MDM servers show.
 */
export const tokenFileName = ({ name, uId }: Pick<Location, "name" | "uId">): string => {
  const kept = name.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}.-]/gu, "_");
  return `sToken_for_${[...kept].slice(0, MAX_NAME_CHARACTERS).join("")}_${uId}.vpptoken`;
};

/** The name in Apple's form: every character that is not an ASCII letter, digit, dot, hyphen or underscore becomes `_`, one for one. */
export const asciiName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/gu, "_");

/** `encodeURIComponent` leaves four characters that RFC 8187 does not allow in a value. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The Content-Disposition header (RFC 6266). Clients that do not read `filename*` get the ASCII form. */
export const attachmentHeader = (fileName: string): string => {
  const ascii = asciiName(fileName);
  return `attachment; filename="${ascii}"${ascii === fileName ? "" : `; filename*=UTF-8''${extendedValue(fileName)}`}`;
};

/** Apple's name pattern, with what this service and browsers add to it: a uId, and a counter such as ` (1)` of repeated downloads. */
const TOKEN_FILE = /^sToken_for_(.+?)(?:_[1-9]\d{15})?(?: ?\(\d{1,3}\))?\.vpptoken$/i;

/** The location's name in the name of a token file, as Apple writes it; `undefined` if the file is named otherwise. */
export const parseLocationName = (fileName: string): string | undefined => {
  const name = TOKEN_FILE.exec(fileName)?.[1];
  return name === undefined ? undefined : asciiName(name.normalize("NFC"));
};
