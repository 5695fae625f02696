// Checks with Apple as they are deployed: what the function that reaches the internet may do, who may request checks, and how many run at a time.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { parseConfig } from "../../infra/config.ts";
import { RecordsStack } from "../../infra/records-stack.ts";
import { ServiceStack } from "../../infra/service-stack.ts";
import { given } from "./given.ts";

type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };
type Statement = { readonly Action: string | readonly string[]; readonly Resource: unknown; readonly Condition?: object };

const file = (): string => inject("templates").find((each) => each.includes("Service")) ?? "";
const resources = (): [string, Resource][] =>
  Object.entries((JSON.parse(readFileSync(file(), "utf8")) as { Resources: Record<string, Resource> }).Resources);
const ofType = (type: string): [string, Resource][] => resources().filter(([, { Type }]) => Type === type);
const nameOf = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");
const named = (type: string, name: string): Record<string, unknown> =>
  ofType(type).find(([id]) => nameOf(id) === name)?.[1].Properties ?? {};

const statementsOf = (name: string): readonly Statement[] => {
  const policies = ofType("AWS::IAM::Policy").filter(([id]) => id.startsWith(`${name}ServiceRoleDefaultPolicy`));
  return policies.flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
};
const environmentOf = (name: string): Record<string, unknown> =>
  (named("AWS::Lambda::Function", name).Environment as { Variables: Record<string, unknown> }).Variables;

describe("the function that sends tokens to Apple", () => {
  test("may read imported files by their version, through the key of the bucket, and nothing else", () => {
    const [read, decrypt, ...more] = statementsOf("TokenChecksAppleCheck");
    expect(more).toEqual([]);
    expect(read).toMatchObject({ Action: "s3:GetObjectVersion" });
    expect(JSON.stringify(read?.Resource)).toMatch(/\/tokens\/imported\/\*"\]\]\}$/);
    expect(decrypt).toMatchObject({ Action: "kms:Decrypt", Condition: { StringEquals: { "kms:ViaService": expect.anything() } } });
    expect(JSON.stringify(decrypt?.Condition)).toContain("s3.");
  });

  test("has no variable that names a table, a bus or a queue", () => {
    expect(Object.keys(environmentOf("TokenChecksAppleCheck")).toSorted()).toEqual(["APPLE_API", "TOKENS_BUCKET"]);
    expect(environmentOf("TokenChecksAppleCheck").APPLE_API).toBe("https://vpp.itunes.apple.com/mdm/v2");
  });

  test("is invoked by the function that records checks, and by nobody else", () => {
    const invokers = ofType("AWS::IAM::Policy").filter(([, { Properties }]) => {
      const { Statement } = Properties.PolicyDocument as { Statement: Statement[] };
      return Statement.some(
        ({ Action, Resource }) =>
          [Action].flat().includes("lambda:InvokeFunction") && JSON.stringify(Resource).includes("TokenChecksAppleCheck"),
      );
    });
    expect(invokers.map(([id]) => id.replace(/ServiceRole.*/, ""))).toEqual(["TokenChecks"]);
  });

  test("has time for Apple's ten seconds, and its caller for two of its runs", () => {
    expect(named("AWS::Lambda::Function", "TokenChecksAppleCheck").Timeout).toBe(20);
    expect(named("AWS::Lambda::Function", "TokenChecks").Timeout).toBe(60);
  });
});

describe("the queue of checks", () => {
  test("is encrypted, takes nothing over plain HTTP, and sends what failed five times to a queue of its own", () => {
    for (const name of ["TokenChecksQueue", "TokenChecksDeadLetters"])
      expect(named("AWS::SQS::Queue", name)).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    const { RedrivePolicy } = named("AWS::SQS::Queue", "TokenChecksQueue");
    expect(RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
    expect(JSON.stringify(RedrivePolicy)).toContain("TokenChecksDeadLetters");
    const denied = ofType("AWS::SQS::QueuePolicy").filter(([, policy]) => JSON.stringify(policy).includes('"aws:SecureTransport":"false"'));
    expect(denied.map(([id]) => nameOf(id))).toEqual(expect.arrayContaining(["TokenChecksQueuePolicy", "TokenChecksDeadLettersPolicy"]));
  });

  test("is sent to by the functions that request checks, with exactly that right", () => {
    const senders = ofType("AWS::IAM::Policy").flatMap(([id, { Properties }]) => {
      const { Statement } = Properties.PolicyDocument as { Statement: Statement[] };
      return Statement.filter(
        ({ Action, Resource }) => [Action].flat().includes("sqs:SendMessage") && JSON.stringify(Resource).includes('"TokenChecksQueue'),
      ).map(({ Action }) => [id.replace(/ServiceRole.*/, ""), Action]);
    });
    expect(senders.toSorted()).toEqual([
      ["Custody", "sqs:SendMessage"],
      ["IdentityEvents", "sqs:SendMessage"],
      ["Outbox", "sqs:SendMessage"],
      ["TokenChecks", "sqs:SendMessage"],
    ]);
    for (const name of ["Custody", "IdentityEvents", "Outbox", "TokenChecks"])
      expect(JSON.stringify(environmentOf(name).CHECKS_QUEUE_URL)).toContain("TokenChecksQueue");
  });

  test("feeds one check at a time to at most two runs, so that Apple is sent a few requests a second", () => {
    const [mapping] = ofType("AWS::Lambda::EventSourceMapping").filter(([, each]) => JSON.stringify(each).includes("TokenChecksQueue"));
    expect(mapping?.[1].Properties).toMatchObject({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
  });

  test("is filled by the clock once a day", () => {
    const daily = named("AWS::Events::Rule", "TokenChecksDaily");
    expect(daily.ScheduleExpression).toBe("cron(0 4 * * ? *)");
    expect(JSON.stringify(daily.Targets)).toContain("TokenChecksQueue");
  });
});

test("a configuration with checks switched off sets it for every function of the checks, and changes nothing else", {
  timeout: 30_000,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "off-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = parseConfig({ ...given, appleApi: "off" }, "a test");
  const app = new App({ outdir: folder, context: { "aws:cdk:bundling-stacks": [] } });
  const service = new ServiceStack(app, "Service", config, new RecordsStack(app, "Records", config, {}), {});
  const functions = Object.values(Template.fromStack(service).findResources("AWS::Lambda::Function"));
  const told = functions.flatMap(({ Properties }) => Properties.Environment?.Variables?.APPLE_API ?? []);
  expect(told).toEqual(["off", "off", "off"]);
});
