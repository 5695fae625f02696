// Values for tests. Each states only what the test is about; all else is valid and of no interest.
import type { Account } from "../../../domain/accounts/account.ts";
import type { MdmServer } from "../../../domain/mdm-servers/mdm-server.ts";
import { DEFAULT_OVERLAP_DAYS, type Location, type Organization } from "../../../domain/organization/organization.ts";
import type { DomainEvent } from "../../../domain/shared/events.ts";
import { AccountId, ConflictId, ContentTokenId, identifierText, LocationId, MdmServerId } from "../../../domain/shared/ids.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { DEFAULT_LADDER } from "../../../domain/tokens/reminder.ts";

const textOf = (seed: number): string => identifierText(Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? seed : 0)));

export const accountId = (seed = 1): AccountId => AccountId.parse(`acc_${textOf(seed)}`);
export const locationId = (seed = 1): LocationId => LocationId.parse(`loc_${textOf(seed)}`);
export const contentTokenId = (seed = 1): ContentTokenId => ContentTokenId.parse(`ct_${textOf(seed)}`);
export const mdmServerId = (seed = 1): MdmServerId => MdmServerId.parse(`mdm_${textOf(seed)}`);
export const conflictId = (seed = 1): ConflictId => ConflictId.parse(`cfl_${textOf(seed)}`);

export const at = (iso: string): Date => new Date(iso);

export const anAccount = (over: Partial<Account> = {}): Account => ({
  id: accountId(),
  subject: "704b1e47-34fe-40e9-8c41-504997494531",
  email: "ada@example.org",
  grants: [{ role: "administrator", location: "all" }],
  dedicated: false,
  createdAt: at("2026-01-01T00:00:00Z"),
  version: 1,
  ...over,
});

export const aContentToken = (over: Partial<ContentToken> = {}): ContentToken => ({
  id: contentTokenId(),
  locationId: locationId(),
  origin: "issued",
  downloadedBy: [{ accountId: accountId(), givenAt: at("2026-01-10T08:00:00Z") }],
  issuedAt: at("2026-01-10T08:00:00Z"),
  expiresAt: at("2027-01-10T08:00:00Z"),
  secretSha256: "a".repeat(64),
  file: { key: "tokens/x", version: "1", sha256: "b".repeat(64) },
  ...over,
});

export const anMdmServer = (over: Partial<MdmServer> = {}): MdmServer => ({
  id: mdmServerId(),
  name: "Fleet at headquarters",
  vendor: "fleet",
  credentialSha256: "c".repeat(64),
  earlierCredentials: [],
  createdAt: at("2026-01-01T00:00:00Z"),
  version: 1,
  ...over,
});

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A token file's text around any JSON, as foreign software may have written it. */
export const fileAround = (json: string): string => Buffer.from(json, "utf8").toString("base64");

export const aLocation = (over: Partial<Location> = {}): Location => ({
  id: locationId(),
  name: "Pretendco",
  uId: "2049025000431439",
  primary: true,
  createdAt: at("2026-01-01T00:00:00Z"),
  version: 1,
  ...over,
});

export const anOrganization = (over: Partial<Organization> = {}): Organization => ({
  name: "Pretendco",
  country: "US",
  platform: "enterprisestore",
  reminderLadder: DEFAULT_LADDER,
  renewalOverlapDays: DEFAULT_OVERLAP_DAYS,
  version: 1,
  ...over,
});

export const anEvent = (over: Partial<Extract<DomainEvent, { type: "ContentTokenExpired" }>> = {}): DomainEvent => ({
  kind: "event",
  id: "evt_1",
  type: "ContentTokenExpired",
  recordedAt: at("2026-06-01T00:00:00Z"),
  detail: { tokenId: contentTokenId(), locationId: locationId(), expiresAt: at("2026-06-01T00:00:00Z") },
  ...over,
});
