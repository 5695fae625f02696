// The contract of those who sign in, kept by the fake and by the real port over a server that speaks as Cognito does: whoever is invited has one
// subject for ever.
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test } from "vitest";
import { peopleIn } from "../../../functions/aws/people.ts";
import type { People } from "../../../functions/ports/telling.ts";
import { type Answered, type Asked, exception, json, serve, TO_TEST } from "../../http.ts";
import { peopleInMemory } from "../../outside.ts";

const POOL = "us-east-1_AbC";
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const operationOf = ({ headers }: Asked): string => String(headers["x-amz-target"]).replace("AWSCognitoIdentityProviderService.", "");

/** The real port in front of `answer`. */
const peopleBefore = async (answer: (asked: Asked) => Answered) => {
  const server = await serve(answer);
  const client = new CognitoIdentityProviderClient({ ...TO_TEST, endpoint: server.url });
  closing.push(async () => {
    client.destroy();
    await server.close();
  });
  return { people: peopleIn({ client, userPoolId: POOL }), server };
};

const subjectOf = (email: string) => ({ Name: "sub", Value: `subject of ${email}` });

/** As Cognito does: a user is made once, and known afterwards. */
const asCognito = () => {
  const users = new Set<string>();
  return (asked: Asked): Answered => {
    const { Username, UserAttributes } = JSON.parse(asked.body);
    if (operationOf(asked) === "AdminGetUser") return json({ Username: "u", UserAttributes: [subjectOf(Username)] });
    if (users.has(Username)) return exception("UsernameExistsException", "User account already exists");
    users.add(Username);
    return json({ User: { Username: "u", Attributes: [...UserAttributes, subjectOf(Username)] } });
  };
};

describe.each<[string, () => Promise<People>]>([
  ["in memory", async () => peopleInMemory()],
  ["over HTTP", async () => (await peopleBefore(asCognito())).people],
])("those who sign in, %s", (_, open) => {
  test("have one subject each, however often they are invited", async () => {
    const people = await open();
    const first = await people.invite("ada@example.org");
    expect(first).not.toBe("");
    expect(await people.invite("ada@example.org")).toBe(first);
    expect(await people.invite("bob@example.org")).not.toBe(first);
  });
});

test("whoever is new is invited by e-mail, under an address that counts as theirs", async () => {
  const { people, server } = await peopleBefore(asCognito());
  expect(await people.invite("ada@example.org")).toBe("subject of ada@example.org");
  expect(server.asked.map((one) => [operationOf(one), JSON.parse(one.body)])).toEqual([
    [
      "AdminCreateUser",
      {
        UserPoolId: POOL,
        Username: "ada@example.org",
        UserAttributes: [
          { Name: "email", Value: "ada@example.org" },
          { Name: "email_verified", Value: "true" },
        ],
        DesiredDeliveryMediums: ["EMAIL"],
      },
    ],
  ]);
});

test.each<[string, (asked: Asked) => Answered, RegExp]>([
  ["a new user without a subject", () => json({ User: { Attributes: [] } }), /without a subject/],
  ["no user at all", () => json({}), /without a subject/],
  [
    "a known user without a subject",
    (asked) => (operationOf(asked) === "AdminGetUser" ? json({}) : exception("UsernameExistsException")),
    /without a subject/,
  ],
  [
    "another exception",
    (asked) =>
      operationOf(asked) === "AdminGetUser"
        ? json({ UserAttributes: [subjectOf("somebody")] })
        : exception("InvalidParameterException", "Value 'ada@example.org' at 'username' is wrong"),
    /^the user pool did not take the invitation: InvalidParameterException$/,
  ],
  [
    "a failure to look the known user up",
    (asked) =>
      operationOf(asked) === "AdminGetUser"
        ? exception("UserNotFoundException", "ada@example.org is not there")
        : exception("UsernameExistsException"),
    /^the user pool did not take the invitation: UserNotFoundException$/,
  ],
])("%s is an error: nobody is registered under a subject that was made up", async (_, answer, message) => {
  const { people } = await peopleBefore(answer);
  await expect(people.invite("ada@example.org")).rejects.toThrow(message);
});
