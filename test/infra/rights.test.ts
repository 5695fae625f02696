// What the functions really write and read is what their roles allow: each handler is run on a real table, every call of its client is noted, and held
// against the deployed policies. Nothing on one machine checks rights, so that one too few would be found in production.

import { readFileSync } from "node:fs";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { EVENT_DETAILS, EVENT_SOURCE } from "../../domain/shared/events.ts";
import { peopleIn } from "../../functions/aws/people.ts";
import { recordsIn } from "../../functions/aws/records.ts";
import type { Table } from "../../functions/aws/table.ts";
import { PUBLISHED_EVENTS } from "../../functions/contract/published-events.ts";
import { conditionsHold } from "../../local/events/permissions.ts";
import { asCognito } from "../support/builders/cognito.ts";
import { clientOf, databaseForTests } from "../support/database/records.ts";
import { TABLES } from "../support/database/table.ts";
import { serve, type TestServer, TO_TEST } from "../support/http/http.ts";
import { type Host, makeHost, organize, SCENARIOS } from "../support/scenarios/scenarios.ts";

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
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
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
    const keys = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];
    const families = keys === undefined ? undefined : [keys].flat();
    const isTable = JSON.stringify(Resource).includes(`FnGetAtt${table}`);
    return isTable && [Action].flat().includes(action) && (families === undefined || families.some((family) => matches(family, key)));
  });

/** True if the function may put events of these types on a bus in one request, under that source. */
const mayPublish = (statements: readonly Statement[], types: readonly string[], source: string): boolean =>
  statements.some(
    ({ Action, Condition = {} }) =>
      [Action].flat().includes("events:PutEvents") &&
      conditionsHold(Condition, { "events:detail-type": types, "events:source": types.map(() => source) }),
  );

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

const untold = ({ ports }: Host) => Array.fromAsync(ports.outbox.pending(new Date("2100-01-01")));
const untoldIds = async (host: Host): Promise<ReadonlySet<string>> => new Set((await untold(host)).map(({ id }) => id));

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario.by, scenario] as const))(
  "%s",
  (_, by, { before, act, begins, route }) => {
    test(`needs no right that ${by} does not have`, async () => {
      await database.table();
      const host = makeHost(recordsIn(table), peopleIn({ client: cognito, userPoolId: "us-east-1_AbC" }));
      if (begins === undefined) await organize(host);
      const given = (await before?.(host)) ?? [];
      const left = await untoldIds(host);
      host.told.length = 0;
      noted = [];
      const answer = await act(host.ports, host, given);
      const calls = noted;
      noted = undefined;
      if (route !== undefined) expect((answer as { statusCode: number }).statusCode).toBeLessThan(400);
      expect(calls).not.toEqual([]);
      const statements = policies()[idOf(by)] ?? [];
      expect(calls.filter((call) => !isAllowed(statements, call))).toEqual([]);
      // Some of them a function that is for something else could not make, and it would be found.
      const recorded = (await untold(host)).filter(({ id }) => !left.has(id));
      const types = [...host.told, ...recorded].flatMap((one) => (one.kind === "event" ? one.type : []));
      if (types.length > 0) {
        expect(types.filter((type) => !mayPublish(statements, [type], EVENT_SOURCE))).toEqual([]);
        expect(mayPublish(statements, types, EVENT_SOURCE)).toBe(true);
        expect(mayPublish(statements, types, "pretendco.identity")).toBe(false);
      }
      const others = policies()[by === "custody-seal" ? "Outbox" : "CustodySeal"];
      expect(others).toBeDefined();
      expect(calls.filter((call) => !isAllowed(others ?? [], call))).not.toEqual([]);
    });
  },
);

describe("the right to publish", () => {
  const entitled = Object.entries(PUBLISHED_EVENTS).filter(([, types]) => types.length > 0);

  test.each(entitled)("of %s is for exactly the events of its table", (name, types) => {
    const statements = policies()[idOf(name)] ?? [];
    const allowed = Object.keys(EVENT_DETAILS).filter((type) => mayPublish(statements, [type], EVENT_SOURCE));
    expect(allowed.toSorted()).toEqual([...types].toSorted());
    expect(mayPublish(statements, [...types, "account.unknown"], EVENT_SOURCE)).toBe(false);
    expect(mayPublish(statements, [], EVENT_SOURCE)).toBe(false);
  });

  test.each(Object.keys(PUBLISHED_EVENTS).filter((name) => entitled.every(([other]) => other !== name)))("is not given to %s", (name) => {
    expect(JSON.stringify(policies()[idOf(name)] ?? [])).not.toContain("events:PutEvents");
  });
});
