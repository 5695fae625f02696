// What the functions really write and read is what their roles allow: each handler is run on a real table, every call of its client is noted, and held
// against the deployed policies. Nothing on one machine checks rights, so that one too few would be found in production.

import { readFileSync } from "node:fs";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ACCOUNT_EVENTS } from "../../domain/account-event.ts";
import { peopleIn } from "../../functions/aws/people.ts";
import { recordsIn } from "../../functions/aws/records.ts";
import type { Table } from "../../functions/aws/table.ts";
import { asCognito } from "../cognito.ts";
import { serve, type TestServer, TO_TEST } from "../http.ts";
import { clientOf, databaseForTests } from "../records.ts";
import { makeHost, organize, SCENARIOS } from "../scenarios.ts";
import { TABLES } from "../table.ts";

type Call = { readonly action: string; readonly table: "Records" | "CustodyLog" | "People"; readonly key: string };

type Item = Readonly<Record<string, unknown>>;
type Input = {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string; readonly Key?: Item; readonly Item?: Item }>>[];
};

const keyOf = (item: Item = {}): string => String(item.pk ?? item.subject ?? "");
const tableOf = (name = ""): Call["table"] => (name === TABLES.custodyLog ? "CustodyLog" : "Records");

const TRANSACTED: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
};

const callsOf = (command: string, input: Input): Call[] => {
  const action = command.replace(/Command$/, "");
  if (input.TransactItems !== undefined)
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName, Key, Item }]) => ({
        action: `dynamodb:${TRANSACTED[kind]}`,
        table: tableOf(TableName),
        key: keyOf(Key ?? Item),
      })),
    );
  if (input.RequestItems !== undefined)
    return Object.entries(input.RequestItems).flatMap(([name, { Keys }]) =>
      Keys.map((key) => ({ action: "dynamodb:BatchGetItem", table: tableOf(name), key: keyOf(key) })),
    );
  return [{ action: `dynamodb:${action}`, table: tableOf(input.TableName), key: keyOf(input.Key ?? input.Item) }];
};

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<
    Partial<Record<"ForAllValues:StringLike" | "ForAllValues:StringNotEquals", Readonly<Record<string, readonly string[]>>>>
  >;
};

const policies = (): Readonly<Record<string, readonly Statement[]>> => {
  const file = inject("templates").find((each) => each.includes("Service")) ?? "";
  const { Resources } = JSON.parse(readFileSync(file, "utf8")) as {
    Resources: Record<string, { Type: string; Properties: { PolicyDocument: { Statement: Statement[] } } }>;
  };
  return Object.fromEntries(
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === "AWS::IAM::Policy")
      .map(([id, { Properties }]) => [id.replace(/ServiceRoleDefaultPolicy.*$/, ""), Properties.PolicyDocument.Statement]),
  );
};

const matches = (pattern: string, key: string): boolean => (pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern);

const isAllowed = (statements: readonly Statement[], { action, table, key }: Call): boolean =>
  statements.some(({ Action, Resource, Condition }) => {
    const families = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];
    const isTable = JSON.stringify(Resource).includes(`FnGetAtt${table}`);
    return isTable && [Action].flat().includes(action) && (families === undefined || families.some((family) => matches(family, key)));
  });

/** `expiry-scan` is called ExpiryScan in the template. */
const idOf = (name: string): string => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

const database = databaseForTests();
let noted: Call[] | undefined;
let table: Table;
let pool: TestServer;
let cognito: CognitoIdentityProviderClient;
beforeAll(async () => {
  pool = await serve(asCognito());
  cognito = new CognitoIdentityProviderClient({ ...TO_TEST, endpoint: pool.url });
  cognito.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        noted?.push({ action: `cognito-idp:${commandName.replace(/Command$/, "")}`, table: "People", key: "" });
        return next(args);
      },
    { step: "initialize", name: "note" },
  );
  const client = clientOf(database.endpoint());
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        noted?.push(...callsOf(commandName ?? "", args.input as Input));
        return next(args);
      },
    { step: "initialize", name: "note" },
  );
  table = { client, ...TABLES };
});
afterAll(async () => {
  table.client.destroy();
  cognito.destroy();
  await pool.close();
});

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario.by, scenario] as const))(
  "%s",
  (_, by, { before, act, begins, route }) => {
    test(`needs no right that ${by} does not have`, async () => {
      await database.table();
      const host = makeHost(recordsIn(table), peopleIn({ client: cognito, userPoolId: "us-east-1_AbC" }));
      if (begins === undefined) await organize(host);
      const given = (await before?.(host)) ?? [];
      noted = [];
      const answer = await act(host.ports, host, given);
      const calls = noted;
      noted = undefined;
      if (route !== undefined) expect((answer as { statusCode: number }).statusCode).toBeLessThan(400);
      expect(calls).not.toEqual([]);
      const statements = policies()[idOf(by)] ?? [];
      expect(calls.filter((call) => !isAllowed(statements, call))).toEqual([]);
      // Some of them a function that is for something else could not make, and it would be found.
      const others = policies()[by === "custody-seal" ? "Outbox" : "CustodySeal"];
      expect(others).toBeDefined();
      expect(calls.filter((call) => !isAllowed(others ?? [], call))).not.toEqual([]);
    });
  },
);

test("the functions that MDM servers reach can announce no event that ends tokens by itself", () => {
  const conditions = ["Mdm", "LicenseWorker"].map((id) =>
    policies()
      [id]?.filter(({ Action }) => [Action].flat().includes("events:PutEvents"))
      .map(({ Condition }) => Condition),
  );
  const withoutAccounts = [{ "ForAllValues:StringNotEquals": { "events:detail-type": [...ACCOUNT_EVENTS] } }];
  expect(conditions).toEqual([withoutAccounts, withoutAccounts]);
});
