// Stores a new token, issued or imported: first the file, with a planned erasure, then the record, which cancels the erasure.
import type { Account } from "../../domain/accounts/account.ts";
import type { Location, Organization } from "../../domain/organization/organization.ts";
import { ContentTokenId, IDENTIFIER_BYTES, identifierText } from "../../domain/shared/ids.ts";
import { addDays } from "../../domain/shared/time.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { firstDueAt, withOverlapEnd } from "../../domain/tokens/reminder.ts";
import { createAuditRecord, createCheckRequest, createEvent, eraseFile, publishEffects } from "../lib/publish.ts";
import type { Adding } from "../ports/content-tokens.ts";
import type { Ports } from "../ports/ports.ts";
import type { Effect } from "../ports/shared.ts";
import { type SupersedingPorts, supersedeOlder } from "./supersede.ts";

export type StoringPorts = keyof SupersedingPorts;

type NewToken = Omit<ContentToken, "id" | "file" | "dueAt" | "supersedesAt" | "importedAt"> & { readonly bytes: Uint8Array };

/** The preconditions of storing the token. */
type Basis = {
  readonly caller: Account;
  readonly holder: Account | undefined;
  readonly organization: Organization;
  readonly location: Location;
};

type More = Pick<Adding, "idempotency" | "earlier"> & {
  /** The location's next version, with what the token is the first to tell of it. */
  readonly learnt?: Location | undefined;
  /** Why it is kept although something spoke against it, if something did. */
  readonly reason?: string | undefined;
  /** Further effects of the act. */
  readonly effects?: readonly Effect[];
};

/** Answers `undefined`, and keeps nothing, when the secret is held already, the idempotency key was used, or a precondition changed. */
export const storeToken = async (
  { bytes, ...facts }: NewToken,
  { caller, holder, organization, location }: Basis,
  ports: Pick<Ports, StoringPorts>,
  { reason, idempotency, earlier, learnt, effects: more = [] }: More = {},
): Promise<ContentToken | undefined> => {
  const { tokens, files, erasures, now, random } = ports;
  const at = now();
  const isIssued = facts.origin === "issued";
  // The function that asks Apple may read imported files only: they have a prefix of their own.
  const fileKey = `tokens/${facts.origin}/${identifierText(random(IDENTIFIER_BYTES))}`;
  await erasures.plan(fileKey, at);
  const supersedesAt = addDays(at, organization.renewalOverlapDays);
  const token: ContentToken = {
    ...facts,
    ...(isIssued ? {} : { importedAt: at }),
    id: ContentTokenId.parse(`ct_${identifierText(random(IDENTIFIER_BYTES))}`),
    file: await files.put(fileKey, bytes),
    supersedesAt,
    dueAt:
      supersedesAt <= at ? at : withOverlapEnd(firstDueAt(facts.expiresAt, organization.reminderLadder, new Set(), at), supersedesAt, at),
  };
  const { id, locationId, expiresAt } = token;
  const detail = { tokenId: id, locationId, accountId: caller.id, expiresAt };
  const details = { expiresAt: expiresAt.toISOString(), fileSha256: token.file.sha256 };
  const effects = [
    createEvent(isIssued ? "ContentTokenIssued" : "ContentTokenImported", detail, { at, random }),
    createAuditRecord(isIssued ? "token-issued" : "token-imported", { subject: id, at, by: caller.id, locationId, reason, details }),
    ...(isIssued ? [] : [createCheckRequest(id, { at, random })]),
    ...more,
  ];
  const accounts = holder === undefined ? [caller] : [caller, holder];
  if (
    !(await tokens.add(token, effects, {
      idempotency,
      earlier,
      location: learnt,
      preconditions: { organization, accounts, locations: [location] },
    }))
  ) {
    await eraseFile(fileKey, ports);
    return undefined;
  }
  await publishEffects(effects, ports);
  // Without an overlap the older ones end at once; the scan does it for the others, and for whatever a crash leaves here.
  if (supersedesAt <= at) await supersedeOlder(token, ports);
  return token;
};
