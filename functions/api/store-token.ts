// How a new token comes to be kept, whether it was issued here or imported: the file first, under a plan to erase it, then the record that ends the plan.
import type { ContentToken } from "../../domain/content-token.ts";
import { type AccountId, ContentTokenId, IDENTIFIER_BYTES, identifierText } from "../../domain/ids.ts";
import { firstDueAt } from "../../domain/reminder.ts";
import { announce, custodyOf, eraseFile, eventOf } from "../announce.ts";
import type { Idempotency, Ports } from "../ports.ts";

export type StoringPorts = Pick<Ports, "organizations" | "tokens" | "files" | "erasures" | "bus" | "outbox" | "log" | "now" | "random">;

type NewToken = Omit<ContentToken, "id" | "file" | "dueAt"> & { readonly bytes: Uint8Array };

/** Answers `undefined`, and keeps nothing, when the secret is held already or the idempotency key was used. */
export const storeToken = async (
  { bytes, ...facts }: NewToken,
  by: { readonly accountId: AccountId },
  ports: StoringPorts,
  idempotency?: Idempotency,
): Promise<ContentToken | undefined> => {
  const { organizations, tokens, files, erasures, now, random } = ports;
  const organization = await organizations.get();
  if (organization === undefined) throw new Error("the organization was not founded");
  const at = now();
  const fileKey = `tokens/${identifierText(random(IDENTIFIER_BYTES))}`;
  await erasures.plan(fileKey, at);
  const token: ContentToken = {
    ...facts,
    id: ContentTokenId.parse(`ct_${identifierText(random(IDENTIFIER_BYTES))}`),
    file: await files.put(fileKey, bytes),
    dueAt: firstDueAt(facts.expiresAt, organization.reminderLadder, new Set(), at),
  };
  const { id, locationId, expiresAt } = token;
  const isIssued = facts.origin === "issued";
  const detail = { tokenId: id, locationId, accountId: by.accountId, expiresAt };
  const traces = [
    eventOf(isIssued ? "ContentTokenIssued" : "ContentTokenImported", detail, { at, random }),
    custodyOf(isIssued ? "token-issued" : "token-imported", {
      subject: id,
      at,
      by: by.accountId,
      locationId,
      details: { expiresAt: expiresAt.toISOString(), fileSha256: token.file.sha256 },
    }),
  ];
  if (await tokens.add(token, traces, idempotency)) {
    await announce(traces, ports);
    return token;
  }
  await eraseFile(fileKey, ports);
  return undefined;
};
