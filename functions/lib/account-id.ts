// Which account a subject of the identity provider has: derived, so that one consistent read finds it and a fact about somebody
// who is not registered yet waits under the identifier they will have.
import { createHash } from "node:crypto";
import { AccountId, IDENTIFIER_BYTES, identifierText } from "../../domain/shared/ids.ts";

export const accountIdOf = (subject: string): AccountId =>
  AccountId.parse(`acc_${identifierText(createHash("sha256").update(subject).digest().subarray(0, IDENTIFIER_BYTES))}`);
