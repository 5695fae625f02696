// Ports without a world: the same promises as the real ones, kept in memory. The contract tests hold both to them.
import type { Account } from "../domain/account.ts";
import { latestChange } from "../domain/account.ts";
import type { ContentToken, Holding } from "../domain/content-token.ts";
import type { AccountId, ContentTokenId } from "../domain/ids.ts";
import type { Accounts, ContentTokens } from "../functions/ports.ts";

export type World = { readonly accounts: Accounts; readonly tokens: ContentTokens };

const isAsJudged = (now: Account | undefined, judged: Account): boolean =>
  now !== undefined && now.disabledAt === undefined && now.passwordChangedAt?.getTime() === judged.passwordChangedAt?.getTime();

export const makeWorld = (): World => {
  const records = new Map<AccountId, Account>();
  const held = new Map<ContentTokenId, ContentToken>();
  const secrets = new Map<string, ContentTokenId>();

  const accounts: Accounts = {
    async get(id) {
      return records.get(id);
    },
    async getAll(ids) {
      return new Map([...records].filter(([id]) => ids.includes(id)));
    },
    async register(account) {
      if (records.has(account.id)) return false;
      records.set(account.id, account);
      return true;
    },
    async recordPasswordChange(id, occurredAt) {
      const account = records.get(id);
      if (account !== undefined) records.set(id, { ...account, passwordChangedAt: latestChange(account.passwordChangedAt, occurredAt) });
      return account !== undefined;
    },
    async recordDisabled(id, disabledAt) {
      const account = records.get(id);
      if (account !== undefined) records.set(id, { ...account, disabledAt: account.disabledAt ?? disabledAt });
      return account !== undefined;
    },
  };

  const tokens: ContentTokens = {
    async get(id) {
      return held.get(id);
    },
    async findBySecret(secretSha256) {
      return secrets.get(secretSha256);
    },
    async add(token) {
      if (held.has(token.id) || secrets.has(token.secretSha256)) return false;
      held.set(token.id, token);
      secrets.set(token.secretSha256, token.id);
      return true;
    },
    async handOver({ token: { id, downloadedBy }, to, holders, at }) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined || token.expiresAt <= at) return false;
      if (token.downloadedBy.length !== downloadedBy.length) return false;
      if (![...holders.values(), to].every((judged) => isAsJudged(records.get(judged.id), judged))) return false;
      const isHolder = token.downloadedBy.some(({ accountId }) => accountId === to.id);
      const first: Holding[] = isHolder ? [] : [{ accountId: to.id, givenAt: at }];
      held.set(id, { ...token, downloadedBy: [...token.downloadedBy, ...first] });
      return true;
    },
    async invalidate(id, at, cause) {
      const token = held.get(id);
      if (token === undefined || token.invalidation !== undefined) return false;
      held.set(id, { ...token, invalidation: { at, cause } });
      return true;
    },
    async *givenTo(accountId) {
      for (const token of held.values())
        for (const holding of token.downloadedBy) if (holding.accountId === accountId) yield { tokenId: token.id, holding };
    },
  };

  return { accounts, tokens };
};
