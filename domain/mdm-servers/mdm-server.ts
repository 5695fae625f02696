// An MDM server as it is known here: registered, with a credential of its own, so that a renewed token reaches it without a person; or by what it says of
// itself to whoever it uses a token with.
import * as z from "zod";
import { ContentTokenId, MdmServerId } from "../shared/ids.ts";
import { nameText, plainText } from "../shared/text.ts";
import { FIRST_VERSION, Version } from "../shared/version.ts";

export const Vendor = z.enum(["jamf-pro", "microsoft-intune", "fleet", "zentral", "other"]);
export type Vendor = z.infer<typeof Vendor>;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What an MDM server tells a device API of itself and reads back in every answer: with another one's it sees that it is not alone. Kept as it was said.
 * Source: Apple, "MdmInfo"; the lengths are those of the service's limits (maxMdmIdLength, maxMdmNameLength, maxMdmMetadataLength).
 */
export const MdmInfo = z.object({ id: plainText(100), name: plainText(100), metadata: plainText(255) });
export type MdmInfo = z.infer<typeof MdmInfo>;

export const MdmServer = z.object({
  id: MdmServerId,
  name: nameText(100),
  vendor: Vendor,
  /** SHA-256 (hex) of the credential's UTF-8. The credential itself is shown once, in the answer that makes it. Absent while it was given none. */
  credentialSha256: Sha256.optional(),
  /** Those before, each of which opens until then. */
  earlierCredentials: z.array(z.object({ sha256: Sha256, endsAt: z.date() })).default([]),
  mdmInfo: MdmInfo.optional().describe("What it last said of itself to a device API."),
  saidAt: z.date().optional().describe("When it said that first, in just these words."),
  /** The time of the first statement of its `mdmInfo.id`. Only later identifications under that id prove anything. */
  knownByIdAt: z.date().optional(),
  /** The token with which that id was stated first. It may have been another MDM server that tried this token, so identifying with it proves nothing. */
  idLearntFrom: ContentTokenId.optional(),
  createdAt: z.date(),
  /** When it last called, to the hour: a poll is not worth a write. */
  lastSeenAt: z.date().optional(),
  removedAt: z.date().optional(),
  version: Version,
});
export type MdmServer = z.infer<typeof MdmServer>;

/** Bytes of randomness in a credential. */
export const CREDENTIAL_BYTES = 32;

/** Lifetime of a replaced credential: time to give the new one to the MDM server without an outage. */
export const CREDENTIAL_GRACE_HOURS = 24;

/** True if the MDM server may use the credential with this SHA-256 now. */
export const isCredentialGood = (
  { credentialSha256, earlierCredentials, removedAt }: Pick<MdmServer, "credentialSha256" | "earlierCredentials" | "removedAt">,
  sha256: string,
  now: Date,
): boolean =>
  removedAt === undefined &&
  (credentialSha256 === sha256 || earlierCredentials.some((earlier) => earlier.sha256 === sha256 && now < earlier.endsAt));

/** Earlier credentials that are kept: an administrator who retries after a lost answer cuts off no MDM server. */
const MAX_EARLIER = 5;

/** The server with another credential. Those before go on opening for a day from when each was replaced, unless they are revoked now. */
export const withCredential = (server: MdmServer, sha256: string, now: Date, revokeNow: boolean): MdmServer => {
  const endsAt = new Date(now.getTime() + CREDENTIAL_GRACE_HOURS * 3_600_000);
  const replaced = server.credentialSha256 === undefined ? [] : [{ sha256: server.credentialSha256, endsAt }];
  const earlier = server.earlierCredentials.filter((each) => now < each.endsAt);
  const earlierCredentials = revokeNow ? [] : [...replaced, ...earlier].slice(0, MAX_EARLIER);
  return { ...server, credentialSha256: sha256, earlierCredentials, version: server.version + 1 };
};

/** One that is known only by what it said: it has no credential, and is called what it calls itself until somebody renames it. */
export const serverSaying = (mdmInfo: MdmInfo, id: MdmServerId, now: Date, statedWith?: ContentTokenId): MdmServer => ({
  id,
  name: mdmInfo.name.trim() || "Unnamed",
  vendor: "other",
  earlierCredentials: [],
  mdmInfo,
  saidAt: now,
  knownByIdAt: now,
  ...(statedWith === undefined ? {} : { idLearntFrom: statedWith }),
  createdAt: now,
  version: FIRST_VERSION,
});

/** The part of the record that a statement would change: its id or name, its metadata alone, or nothing. */
export const statementChange = ({ mdmInfo: known }: Pick<MdmServer, "mdmInfo">, stated: MdmInfo): "identity" | "metadata" | "none" => {
  if (known?.id !== stated.id || known.name !== stated.name) return "identity";
  return known.metadata === stated.metadata ? "none" : "metadata";
};

/**
 * The server as it is after it said this of itself; the same when it says so already. Its name stays the one that people know it by. `statedWith`: the token
 * with which it was stated; left out when a person reports it.
 */
export const saying = (server: MdmServer, mdmInfo: MdmInfo, now: Date, statedWith?: ContentTokenId): MdmServer => {
  if (statementChange(server, mdmInfo) === "none") return server;
  const said = { ...server, mdmInfo, saidAt: now, version: server.version + 1 };
  if (server.mdmInfo?.id === mdmInfo.id) return said;
  const { idLearntFrom: _, ...withoutOrigin } = said;
  return { ...withoutOrigin, knownByIdAt: now, ...(statedWith === undefined ? {} : { idLearntFrom: statedWith }) };
};

/** True if the MDM server was known by this `mdmInfo.id` before now, and not only by statements with this same token. */
export const isKnownById = (
  { mdmInfo, knownByIdAt, idLearntFrom }: Pick<MdmServer, "mdmInfo" | "knownByIdAt" | "idLearntFrom">,
  { id, tokenId, now }: { readonly id: string; readonly tokenId: ContentTokenId; readonly now: Date },
): boolean => mdmInfo?.id === id && knownByIdAt !== undefined && knownByIdAt < now && idLearntFrom !== tokenId;

const SEEN_AGAIN_MILLISECONDS = 3_600_000;

/** True if the time of the last call has to be updated. */
export const isSeenAnew = ({ lastSeenAt }: Pick<MdmServer, "lastSeenAt">, now: Date): boolean =>
  lastSeenAt === undefined || now.getTime() - lastSeenAt.getTime() >= SEEN_AGAIN_MILLISECONDS;
