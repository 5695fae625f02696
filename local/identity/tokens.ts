// The tokens that a sign-in gives, with the claims Cognito writes, signed by a key of this machine's own.
// Source: Amazon Cognito developer guide, "Understanding the access token" and "Understanding the identity token".
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import * as z from "zod";
import type { LocalPeople, Person } from "./people.ts";

const ALGORITHM = "RS256";

export type Pool = {
  readonly id: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly accessTokenSeconds: number;
};

/** What may be told of the key: whatever else it holds is dropped. */
const PublicKey = z.object({
  kty: z.literal("RSA"),
  n: z.string(),
  e: z.string(),
  kid: z.string(),
  alg: z.literal(ALGORITHM),
  use: z.literal("sig"),
});
const Access = z.object({ sub: z.string(), token_use: z.literal("access"), client_id: z.string() });

const keyOf = async (people: LocalPeople): Promise<JWK> => {
  const known = people.key();
  if (known !== undefined) return known;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALGORITHM, use: "sig" };
  people.keepKey(key);
  return key;
};

export const tokensFor = async ({ issuer, clientId, accessTokenSeconds }: Pool, people: LocalPeople) => {
  const key = await keyOf(people);
  const shown = PublicKey.parse(key);
  const { kid } = shown;
  const signer = await importJWK(key, ALGORITHM);
  const verifier = await importJWK(shown, ALGORITHM);

  const sign = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ ...claims, event_id: randomUUID(), jti: randomUUID() })
      .setProtectedHeader({ alg: ALGORITHM, kid })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds} s`)
      .sign(signer);

  return {
    jwks: { keys: [shown] },
    discovery: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: [ALGORITHM],
      subject_types_supported: ["public"],
      response_types_supported: ["code", "token"],
    },
    /** `authTime` in seconds: when the person gave their password. */
    async issue({ sub, email }: Person, authTime: number) {
      const about = { sub, auth_time: authTime };
      const access = { ...about, token_use: "access", client_id: clientId, username: sub, scope: "aws.cognito.signin.user.admin" };
      const id = { ...about, token_use: "id", aud: clientId, email, email_verified: true, "cognito:username": sub };
      return { AccessToken: await sign(access), IdToken: await sign(id), ExpiresIn: accessTokenSeconds, TokenType: "Bearer" };
    },
    /** The subject of an access token of this pool's client, or `undefined`. */
    async subjectOf(token: string): Promise<string | undefined> {
      try {
        const { payload } = await jwtVerify(token, verifier, { issuer, algorithms: [ALGORITHM] });
        const { data } = Access.safeParse(payload);
        return data?.client_id === clientId ? data.sub : undefined;
      } catch {
        return undefined;
      }
    },
  };
};

export type Tokens = Awaited<ReturnType<typeof tokensFor>>;
