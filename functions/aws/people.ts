// Those who sign in, in the Cognito user pool. Cognito sends the invitation with its temporary password itself: it never passes through here.
// Source: Amazon Cognito user pools API reference, AdminCreateUser, AdminGetUser and AdminDeleteUser.
import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  type AttributeType,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { People } from "../ports/people.ts";
import { errorName } from "./error-name.ts";

type Pool = { readonly client: CognitoIdentityProviderClient; readonly userPoolId: string };
type Attributes = readonly AttributeType[] | undefined;

const attributeOf = (attributes: Attributes, name: string): string | undefined => attributes?.find(({ Name }) => Name === name)?.Value;

const subjectOf = (attributes: Attributes): string => {
  const subject = attributeOf(attributes, "sub");
  if (subject === undefined) throw new Error("the user pool gave a user without a subject");
  return subject;
};

/** The answer of the pool, or the `expected` refusal. Any other failure is an error without quotations. */
const asked = async <Value, Refused extends string = never>(
  what: string,
  call: Promise<Value>,
  expected?: Refused,
): Promise<Value | Refused> => {
  try {
    return await call;
  } catch (error) {
    if (expected !== undefined && errorName(error) === expected) return expected;
    throw new Error(`the user pool did not take ${what}: ${errorName(error)}`);
  }
};

/** The form of user names in the pool. The pool refuses other names as malformed. */
const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

export const peopleIn = ({ client, userPoolId: UserPoolId }: Pool): People => {
  const find = async (Username: string) => (await client.send(new AdminGetUserCommand({ UserPoolId, Username }))).UserAttributes;
  const create = async (email: string, more: Partial<AdminCreateUserCommandInput>) => {
    const input = { UserPoolId, Username: email, DesiredDeliveryMediums: ["EMAIL" as const], ...more };
    return (await client.send(new AdminCreateUserCommand(input))).User?.Attributes;
  };

  /**
   * Who has exactly this subject. The pool looks names up among e-mail addresses too, and an account's subject is whatever it was registered under: one
   * that is somebody's address must not lead to them.
   */
  const withSubject = async (subject: string): Promise<Attributes> => {
    if (!NAME.test(subject)) return undefined;
    const found = await asked("a look-up", find(subject), "UserNotFoundException");
    return found !== "UserNotFoundException" && attributeOf(found, "sub") === subject ? found : undefined;
  };

  return {
    async invite(email) {
      const UserAttributes = [
        { Name: "email", Value: email },
        { Name: "email_verified", Value: "true" },
      ];
      const made = await asked("the invitation", create(email, { UserAttributes }), "UsernameExistsException");
      if (made !== "UsernameExistsException") return subjectOf(made);
      const known = await asked("the invitation", find(email));
      return subjectOf(known);
    },

    async inviteAgain(subject) {
      // By the pool's own address of them: its names are addresses, and the one that the record has may be another one.
      const email = attributeOf(await withSubject(subject), "email");
      if (email === undefined) return "unknown";
      const sent = await asked("the invitation", create(email, { MessageAction: "RESEND" }), "UnsupportedUserStateException");
      return sent === "UnsupportedUserStateException" ? "accepted" : "sent";
    },

    async remove(subject) {
      if ((await withSubject(subject)) === undefined) return;
      await asked("the removal", client.send(new AdminDeleteUserCommand({ UserPoolId, Username: subject })), "UserNotFoundException");
    },
  };
};
