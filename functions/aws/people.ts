// Those who sign in, in the Cognito user pool. Cognito sends the invitation with its temporary password itself: it never passes through here.
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  type AttributeType,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { People } from "../ports.ts";

type Pool = { readonly client: CognitoIdentityProviderClient; readonly userPoolId: string };

const subjectOf = (attributes: readonly AttributeType[] | undefined): string => {
  const subject = attributes?.find(({ Name }) => Name === "sub")?.Value;
  if (subject === undefined) throw new Error("the user pool gave a user without a subject");
  return subject;
};

export const peopleIn = ({ client, userPoolId: UserPoolId }: Pool): People => ({
  async invite(email) {
    const UserAttributes = [
      { Name: "email", Value: email },
      { Name: "email_verified", Value: "true" },
    ];
    try {
      const { User } = await client.send(
        new AdminCreateUserCommand({ UserPoolId, Username: email, UserAttributes, DesiredDeliveryMediums: ["EMAIL"] }),
      );
      return subjectOf(User?.Attributes);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "UsernameExistsException") throw error;
      const known = await client.send(new AdminGetUserCommand({ UserPoolId, Username: email }));
      return subjectOf(known.UserAttributes);
    }
  },
});
