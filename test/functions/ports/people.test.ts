// The contract of those who sign in, kept by the fake and by the real port over a server that speaks as Cognito does: whoever is invited has one
// subject for ever.
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test } from "vitest";
import { peopleIn } from "../../../functions/aws/people.ts";
import type { People } from "../../../functions/ports/people.ts";
import { type InPool, peopleInMemory } from "../../support/adapters/outside.ts";
import { asCognito, operationOf, type User } from "../../support/builders/cognito.ts";
import { type Answered, type Asked, exception, json, serve, TO_TEST } from "../../support/http/http.ts";

const POOL = "us-east-1_AbC";
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

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

type Opened = {
  readonly people: People;
  /** Whoever has that address sets a password of their own. */
  accept(email: string): void;
  known(): string[];
};

const inMemory = (): Opened => {
  const pool = new Map<string, InPool>();
  return {
    people: peopleInMemory([], pool),
    accept: (email) => void Object.assign(pool.get(email) ?? {}, { hasPassword: true }),
    known: () => [...pool.keys()],
  };
};

const overHttp = async (): Promise<Opened> => {
  const users: User[] = [];
  const { people } = await peopleBefore(asCognito(users));
  return {
    people,
    accept: (email) => void Object.assign(users.find((user) => user.email === email) ?? {}, { hasPassword: true }),
    known: () => users.map(({ email }) => email),
  };
};

describe.each<[string, () => Promise<Opened>]>([
  ["in memory", async () => inMemory()],
  ["over HTTP", async () => overHttp()],
])("those who sign in, %s", (_, open) => {
  test("have one subject each, however often they are invited", async () => {
    const { people } = await open();
    const first = await people.invite("ada@example.org");
    expect(first).not.toBe("");
    expect(await people.invite("ada@example.org")).toBe(first);
    expect(await people.invite("bob@example.org")).not.toBe(first);
  });

  test("are invited again until they have set a password; nobody else is", async () => {
    const { people, accept } = await open();
    const subject = await people.invite("ada@example.org");
    expect(await people.inviteAgain(subject)).toBe("sent");
    accept("ada@example.org");
    expect(await people.inviteAgain(subject)).toBe("accepted");
    expect(await people.inviteAgain("nobody")).toBe("unknown");
  });

  test("are gone once they are removed, however often, and come back as somebody else", async () => {
    const { people, known } = await open();
    const subject = await people.invite("ada@example.org");
    await people.invite("bob@example.org");
    for (let times = 0; times < 2; times++) await people.remove(subject);
    expect(known()).toEqual(["bob@example.org"]);
    expect(await people.inviteAgain(subject)).toBe("unknown");
    expect(await people.invite("ada@example.org")).not.toBe(subject);
  });

  test.each(["ada@example.org", "no name at all", "x".repeat(129), ""])(
    "are found by their subject alone: %j is nobody's",
    async (name) => {
      const { people, known } = await open();
      await people.invite("ada@example.org");
      expect(await people.inviteAgain(name)).toBe("unknown");
      await people.remove(name);
      expect(known()).toEqual(["ada@example.org"]);
    },
  );
});

test("whoever is new is invited by e-mail, under an address that counts as theirs", async () => {
  const { people, server } = await peopleBefore(asCognito());
  expect(await people.invite("ada@example.org")).toBe("subject-1");
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

test("an invitation goes out again to the address that the pool has", async () => {
  const { people, server } = await peopleBefore(asCognito());
  const subject = await people.invite("ada@example.org");
  await people.inviteAgain(subject);
  expect(JSON.parse(server.asked.at(-1)?.body ?? "")).toEqual({
    UserPoolId: POOL,
    Username: "ada@example.org",
    DesiredDeliveryMediums: ["EMAIL"],
    MessageAction: "RESEND",
  });
});

test.each<[string, (people: People) => Promise<unknown>]>([
  ["a removal", (people) => people.remove("ada")],
  ["an invitation again", (people) => people.inviteAgain("ada")],
])("%s that the pool refuses is an error that quotes nothing", async (_, act) => {
  const { people } = await peopleBefore((asked) =>
    operationOf(asked) === "AdminGetUser"
      ? json({
          UserAttributes: [
            { Name: "sub", Value: "ada" },
            { Name: "email", Value: "ada@example.org" },
          ],
        })
      : exception("TooManyRequestsException", "ada@example.org asked too often"),
  );
  await expect(act(people)).rejects.toThrow(/^the user pool did not take the \w+: TooManyRequestsException$/);
});
