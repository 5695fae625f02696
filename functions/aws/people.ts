// Those who sign in, in the Cognito user pool. Cognito sends the invitation with its temporary password itself: it never passes through here.
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  type AttributeType,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { People } from "../ports/telling.ts";

type Pool = { readonly client: CognitoIdentityProviderClient; readonly userPoolId: string };

const subjectOf = (attributes: readonly AttributeType[] | undefined): string => {
  const subject = attributes?.find(({ Name }) => Name === "sub")?.Value;
  if (subject === undefined) throw new Error("the user pool gave a user without a subject");
  return subject;
};

/** By its name alone: the pool's message may quote the address that it was sent, and would carry it into a log. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

export const peopleIn = ({ client, userPoolId: UserPoolId }: Pool): People => {
  const create = async (email: string) => {
    const UserAttributes = [
      { Name: "email", Value: email },
      { Name: "email_verified", Value: "true" },
    ];
    const asked = { UserPoolId, Username: email, UserAttributes, DesiredDeliveryMediums: ["EMAIL" as const] };
    return (await client.send(new AdminCreateUserCommand(asked))).User?.Attributes;
  };
  const find = async (email: string) => (await client.send(new AdminGetUserCommand({ UserPoolId, Username: email }))).UserAttributes;

  const createOrFind = async (email: string) => {
    try {
      return await create(email);
    } catch (error) {
      if (nameOf(error) !== "UsernameExistsException") throw error;
      return await find(email);
    }
  };

  return {
    async invite(email) {
      const attributes = await createOrFind(email).catch((error: unknown) => {
        throw new Error(`the user pool did not take the invitation: ${nameOf(error)}`);
      });
      return subjectOf(attributes);
    },
  };
};
