// Whose records decide what a token is worth: everyone who was given its file.
import type { Account } from "../domain/account.ts";
import type { ContentToken } from "../domain/content-token.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Ports } from "./ports.ts";

/** The records of all who were given any of `tokens`. */
export const holdersOf = (
  tokens: readonly ContentToken[],
  { accounts }: Pick<Ports, "accounts">,
): Promise<ReadonlyMap<AccountId, Account>> =>
  accounts.getAll(tokens.flatMap(({ downloadedBy }) => downloadedBy.map(({ accountId }) => accountId)));
