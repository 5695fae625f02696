// A user pool over a real socket that answers as Cognito is documented to: of its many operations the three that this service calls.
// Source: Amazon Cognito user pools API reference, AdminCreateUser, AdminGetUser and AdminDeleteUser.
import { type Answered, type Asked, exception, json } from "../http/http.ts";

export const operationOf = ({ headers }: Asked): string =>
  String(headers["x-amz-target"]).replace("AWSCognitoIdentityProviderService.", "");

export type User = { readonly email: string; readonly sub: string; hasPassword: boolean };

const NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

const attributesOf = ({ email, sub }: User) => [
  { Name: "email", Value: email },
  { Name: "sub", Value: sub },
];

/** A user is made once, and known afterwards, by e-mail address and by subject; `users` is who is there. A deleted one comes back as another one. */
export const asCognito = (users: User[] = []) => {
  let made = 0;
  const answerTo = (operation: string, { Username, MessageAction }: { Username: string; MessageAction?: string }): Answered => {
    if (!NAME.test(Username)) return exception("InvalidParameterException", "1 validation error detected: Value at 'username' failed");
    const user = users.find(({ email, sub }) => email === Username.toLowerCase() || sub === Username);
    if (operation === "AdminCreateUser" && MessageAction === undefined) {
      if (user !== undefined) return exception("UsernameExistsException", "User account already exists");
      const created = { email: Username.toLowerCase(), sub: `subject-${++made}`, hasPassword: false };
      users.push(created);
      return json({ User: { Username: created.sub, Attributes: attributesOf(created) } });
    }
    if (user === undefined) return exception("UserNotFoundException", "User does not exist.");
    if (operation === "AdminGetUser") return json({ Username: user.sub, UserAttributes: attributesOf(user) });
    if (operation === "AdminDeleteUser") {
      users.splice(users.indexOf(user), 1);
      return json({});
    }
    if (user.hasPassword) return exception("UnsupportedUserStateException", "User is in an unsupported state.");
    return json({ User: { Username: user.sub, Attributes: attributesOf(user) } });
  };
  return (asked: Asked): Answered => answerTo(operationOf(asked), JSON.parse(asked.body));
};
