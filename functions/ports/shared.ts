// Types that several ports share: pages, effects, preconditions and idempotency.
import type { Account } from "../../domain/accounts/account.ts";
import type { AuditRecord } from "../../domain/custody/custody.ts";
import type { LocationLinks } from "../../domain/mdm-servers/links.ts";
import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { Location, Organization } from "../../domain/organization/organization.ts";
import type { OutboxMessage } from "../../domain/shared/events.ts";
import type { AccountId, LocationId } from "../../domain/shared/ids.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";

/** `next` is opaque and fits only the list that gave it. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string };

export type PageRequest = { readonly limit: number; readonly after?: string | undefined };

/** What is written in the transaction of an act: outbox messages and audit records. */
export type Effect = OutboxMessage | AuditRecord;

/** The versions that a decision depends on. The act is recorded only if none of them changed: on false, read again and retry. */
export type Preconditions = {
  readonly organization?: Organization;
  readonly accounts?: Iterable<Account>;
  readonly servers?: readonly MdmServer[];
  readonly tokens?: readonly ContentToken[];
  /** None of them is closed. */
  readonly locations?: readonly Location[];
  readonly links?: readonly LocationLinks[];
  /** The number of times that licenses or a token arrived at a location. */
  readonly arrivals?: readonly { readonly location: LocationId; readonly count: number }[];
};

/** One use of an `Idempotency-Key`: whose, and the SHA-256 of what was asked with it. Kept for a day. */
export type Idempotency = { readonly accountId: AccountId; readonly key: string; readonly requestSha256: string };
