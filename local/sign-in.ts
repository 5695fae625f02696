// Signing in at the identity provider of one machine, as a script does it against the deployed one.
import { AdminInitiateAuthCommand, CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { ANY_ACCESS } from "./place.ts";

export type Provider = { readonly identity: string; readonly userPoolId: string; readonly clientId: string };

/** An access token, or `undefined` when the password is another one or the person may not sign in. */
export const signIn = async (
  { identity, userPoolId, clientId }: Provider,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<string | undefined> => {
  const client = new CognitoIdentityProviderClient({ endpoint: identity, ...ANY_ACCESS });
  const AuthParameters = { USERNAME: email, PASSWORD: password };
  try {
    const { AuthenticationResult } = await client.send(
      new AdminInitiateAuthCommand({ UserPoolId: userPoolId, ClientId: clientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters }),
    );
    return AuthenticationResult?.AccessToken;
  } catch (error) {
    if (error instanceof Error && /^(NotAuthorized|UserNotFound|PasswordResetRequired)Exception$/.test(error.name)) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
};
