// Somebody of the demo's own, at the identity provider: made, signed in, and given a new password by themselves.
import { randomBytes } from "node:crypto";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  ChangePasswordCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { ANY_ACCESS } from "../place.ts";
import type { Session } from "../session.ts";
import { signIn } from "../sign-in.ts";

export type DemoPerson = { readonly email: string; readonly password: string; readonly subject: string };

export const peopleOf = (session: Session) => {
  const client = new CognitoIdentityProviderClient({ endpoint: session.identity, ...ANY_ACCESS });
  const UserPoolId = session.userPoolId;
  return {
    async make(): Promise<DemoPerson> {
      const email = `demo-${randomBytes(4).toString("hex")}@example.org`;
      const password = randomBytes(18).toString("base64url");
      const { User } = await client.send(new AdminCreateUserCommand({ UserPoolId, Username: email, MessageAction: "SUPPRESS" }));
      await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: password, Permanent: true }));
      const subject = User?.Attributes?.find(({ Name }) => Name === "sub")?.Value ?? "";
      return { email, password, subject };
    },
    /** An access token. */
    async signIn(person: DemoPerson): Promise<string> {
      const bearer = await signIn(session, person);
      if (bearer === undefined) throw new Error("the demo's person can't sign in");
      return bearer;
    },
    /** Answers the new password. */
    async changePassword({ password }: DemoPerson, AccessToken: string): Promise<string> {
      const ProposedPassword = randomBytes(18).toString("base64url");
      await client.send(new ChangePasswordCommand({ AccessToken, PreviousPassword: password, ProposedPassword }));
      return ProposedPassword;
    },
    close: (): void => client.destroy(),
  };
};

export type DemoPeople = ReturnType<typeof peopleOf>;
