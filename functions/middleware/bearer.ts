// Authentication. The gateway has verified signature, issuer, audience and expiry of an access token: this file loads the account. The gateway does not
// check credentials of MDM servers: this file does.
import * as z from "zod";
import { type Account, isSignInCurrent } from "../../domain/accounts/account.ts";
import { isCredentialGood, type MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { accountIdOf } from "../lib/account-id.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";
import { bearerCredentials } from "./headers.ts";
import type { HttpEvent } from "./http-event.ts";

const Claims = z.object({ sub: z.string().min(1), token_use: z.literal("access"), auth_time: z.coerce.number().int().positive() });

export const callerOf = async (event: HttpEvent, { accounts }: Pick<Ports, "accounts">): Promise<Account> => {
  const { data: claims } = Claims.safeParse(event.requestContext.authorizer?.jwt.claims);
  if (claims === undefined) throw new Refusal("unauthenticated", "Send an access token as bearer. An ID token does not open this API.");
  const account = await accounts.get(accountIdOf(claims.sub));
  if (account === undefined) throw new Refusal("unknown_account", "This sign-in has no account here. Ask an administrator to register it.");
  if (!isSignInCurrent(new Date(claims.auth_time * 1000), account))
    throw new Refusal("sign_in_outdated", "This sign-in is not later than the account's last password change. Sign in again.");
  return account;
};

export const serverOf = async (event: HttpEvent, { servers, now }: Pick<Ports, "servers" | "now">): Promise<MdmServer> => {
  const credential = /^mdmc_[\w-]{43}$/.exec(bearerCredentials(event.headers.authorization) ?? "")?.[0];
  const hash = credential === undefined ? undefined : sha256(credential);
  const server = hash === undefined ? undefined : await servers.findByCredential(hash);
  if (hash === undefined || server === undefined || !isCredentialGood(server, hash, now()))
    throw new Refusal(
      "unauthenticated",
      "Send the credential of a registered MDM server as bearer (Authorization: Bearer mdmc_…). A replaced one works for a day at most, and not at all if it was replaced with revokeNow.",
    );
  return server;
};
