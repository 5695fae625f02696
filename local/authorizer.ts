// The JWT authorizer of an HTTP API: signature by the issuer's keys, issuer, audience, time. Not more: the middleware checks roles and password changes.
// Source: API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers": RSA only; `client_id` is checked where there is no `aud`.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import * as z from "zod";

export type Claims = Readonly<Record<string, unknown>>;

const Authorizer = z.object({
  AuthorizerType: z.literal("JWT"),
  IdentitySource: z.tuple([z.literal("$request.header.Authorization")]),
  JwtConfiguration: z.object({ Audience: z.array(z.string()).min(1), Issuer: z.url() }),
});
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

const isFor = ({ aud, client_id }: JWTPayload, audience: readonly string[]): boolean =>
  [aud ?? client_id].flat().some((each) => typeof each === "string" && audience.includes(each));

export const authorizerOf = (properties: Record<string, unknown>) => {
  const { Audience, Issuer } = Authorizer.parse(properties).JwtConfiguration;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  const keysOfIssuer = async () => {
    const answer = await fetch(`${Issuer}/.well-known/openid-configuration`);
    return createRemoteJWKSet(new URL(Discovery.parse(await answer.json()).jwks_uri));
  };

  /** `undefined` for whatever is not a good token; throws when the issuer can't be asked. */
  return async (authorization: string | undefined): Promise<Claims | undefined> => {
    const token = /^(?:Bearer )?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return undefined;
    keys ??= await keysOfIssuer();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: Issuer,
        algorithms: ["RS256", "RS384", "RS512"],
        requiredClaims: ["exp", "iat"],
      });
      return isFor(payload, Audience) ? payload : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return undefined;
      throw error;
    }
  };
};
