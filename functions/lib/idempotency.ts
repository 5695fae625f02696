// A request that comes again with the same `Idempotency-Key` is answered with what the first one made.
import type { Account } from "../../domain/accounts/account.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";
import type { Idempotency } from "../ports/shared.ts";
import { sha256 } from "./hash.ts";

/** The use of a key for a request. */
export const useOf = (caller: Pick<Account, "id">, key: string, request: unknown): Idempotency => ({
  accountId: caller.id,
  key,
  requestSha256: sha256(JSON.stringify(request)),
});

/** The same of a header that may be missing. */
export const useIn = (caller: Pick<Account, "id">, header: string | undefined, request: unknown): Idempotency | undefined =>
  header === undefined ? undefined : useOf(caller, header, request);

/** The result of an earlier request with the key. Refuses with `idempotency_key_reused` if that request differed. */
export const madeBefore = async (
  use: Idempotency | undefined,
  { requests, now }: Pick<Ports, "requests" | "now">,
): Promise<string | undefined> => {
  const earlier = use === undefined ? undefined : await requests.earlier(use, now());
  if (earlier === undefined) return undefined;
  if (earlier.requestSha256 !== use?.requestSha256)
    throw new Refusal("idempotency_key_reused", "This Idempotency-Key stands for another request. Use a new one for each request.");
  return earlier.made;
};
