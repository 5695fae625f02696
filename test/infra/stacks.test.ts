// The templates as they would be deployed: what holds state stays, nobody has broad rights, nothing is open by mistake, every alarm has its runbook.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METRICS_NAMESPACE } from "../../functions/contract/env.ts";
import { ADMIN_ROUTES, CUSTODY_ROUTES, MDM_ROUTES } from "../../functions/contract/routes.ts";
import { parseConfig } from "../../infra/config.ts";
import { RecordsStack } from "../../infra/records-stack.ts";
import { ServiceStack } from "../../infra/service-stack.ts";
import { given } from "./given.ts";

const root = join(import.meta.dirname, "../..");
const synthesize = (config: object = {}) => {
  const cdk = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
  const outdir = mkdtempSync(join(folder, "out-"));
  const app = new App({ outdir, context: { ...cdk.context, "aws:cdk:bundling-stacks": [] } });
  const parsed = parseConfig({ ...given, ...config }, "a test");
  const records = new RecordsStack(app, "Records", parsed, {});
  const service = new ServiceStack(app, "Service", parsed, records, {});
  // Both before either is read: reading a template synthesizes the app.
  return { records: Template.fromStack(records), service: Template.fromStack(service) };
};

let folder: string;
let stacks: ReturnType<typeof synthesize>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stacks-"));
  stacks = synthesize();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Statement = { Effect: string; Action: string | string[]; Resource: unknown };
const statements = (): Statement[] =>
  Object.values(stacks.service.findResources("AWS::IAM::Policy")).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

/** The conditions under which a bucket refuses whatever else is allowed. */
const denialsOf = (bucket: string): string[] =>
  Object.values(stacks.records.findResources("AWS::S3::BucketPolicy", { Properties: { Bucket: { Ref: bucket } } })).flatMap(
    ({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Statement) => Effect === "Deny").map(({ Condition }: { Condition: object }) =>
        JSON.stringify(Condition),
      ),
  );

describe("what holds state", () => {
  test.each([
    ["AWS::DynamoDB::Table", "Records"],
    ["AWS::DynamoDB::Table", "CustodyLog"],
    ["AWS::S3::Bucket", "Tokens"],
    ["AWS::S3::Bucket", "Seals"],
    ["AWS::KMS::Key", "Key"],
    ["AWS::Cognito::UserPool", "People"],
    ["AWS::S3::Bucket", "TrailBucket"],
    ["AWS::CloudTrail::Trail", "Trail"],
  ])("%s is retained under the pinned name %s: another name would be another, empty one", (type, id) => {
    const found = stacks.records.findResources(type);
    expect(found[id]).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
  });

  test("is whatever the stack has, but for the pool's client and its sign-in page, which hold nothing", () => {
    const { Resources } = stacks.records.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> };
    const lost = Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy !== "Retain");
    expect(lost.map(({ Type }) => Type).toSorted()).toEqual(["AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolDomain"]);
  });

  test("is in one stack, so that the other can go and come", () => {
    for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Cognito::UserPool"])
      expect(stacks.service.findResources(type)).toEqual({});
  });

  test("can be restored, and is encrypted with our own key", () => {
    const { Properties: table } = stacks.records.findResources("AWS::DynamoDB::Table").Records ?? {};
    expect(table).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
    });
    const { Properties: bucket } = stacks.records.findResources("AWS::S3::Bucket").Tokens ?? {};
    expect(bucket).toMatchObject({ VersioningConfiguration: { Status: "Enabled" } });
    expect(JSON.stringify(bucket?.BucketEncryption)).toContain("aws:kms");
  });

  test.each(["Tokens", "Seals", "TrailBucket"])("in the bucket %s is open to nobody, and refuses plain HTTP", (id) => {
    expect(stacks.records.findResources("AWS::S3::Bucket")[id]?.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(denialsOf(id)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
  });

  test("in the trail's bucket goes after 400 days: no token lives so long", () => {
    const { Properties } = stacks.records.findResources("AWS::S3::Bucket").TrailBucket ?? {};
    expect(Properties?.LifecycleConfiguration.Rules).toEqual([{ ExpirationInDays: 400, Status: "Enabled" }]);
    stacks.records.hasResourceProperties("AWS::CloudTrail::Trail", { S3BucketName: { Ref: "TrailBucket" }, IsLogging: true });
  });

  test("that was sealed can't be removed by anybody for 400 days, and goes only after", () => {
    const { Properties: seals } = stacks.records.findResources("AWS::S3::Bucket").Seals ?? {};
    expect(seals).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 400 } } },
      VersioningConfiguration: { Status: "Enabled" },
    });
    expect(JSON.stringify(seals?.BucketEncryption)).toContain("aws:kms");
    const [rule, ...more] = seals?.LifecycleConfiguration.Rules ?? [];
    expect([rule?.ExpirationInDays, more]).toEqual([401, []]);
  });

  test("of seals refuses to be deleted or written over, even by who may", () => {
    const [policy] = Object.values(stacks.records.findResources("AWS::S3::BucketPolicy", { Properties: { Bucket: { Ref: "Seals" } } }));
    const refused = policy?.Properties.PolicyDocument.Statement.filter(({ Sid }: { Sid?: string }) => Sid?.startsWith("Refuse"));
    expect(refused).toMatchObject([
      { Effect: "Deny", Principal: { AWS: "*" }, Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"] },
      { Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:PutObject", Condition: { Null: { "s3:if-none-match": "true" } } },
    ]);
  });

  test("refuses signatures older than 15 minutes", () => {
    expect(denialsOf("Tokens")).toContain('{"NumericGreaterThan":{"s3:signatureAge":"900000"}}');
  });

  test("lets nobody sign themselves up", () => {
    const { Properties } = stacks.records.findResources("AWS::Cognito::UserPool").People ?? {};
    expect(Properties?.AdminCreateUserConfig).toMatchObject({ AllowAdminCreateUserOnly: true });
  });

  test("lets people sign in on the classic pages: what the newer ones write of a reset is not documented", () => {
    const domains = Object.values(stacks.records.findResources("AWS::Cognito::UserPoolDomain"));
    expect(domains.map(({ Properties }) => Properties.ManagedLoginVersion)).toEqual([1]);
    expect(stacks.records.findResources("AWS::Cognito::ManagedLoginBranding")).toEqual({});
  });
});

describe("rights", () => {
  test("name exact actions, and no resource is everything", () => {
    const all = statements();
    expect(all.length).toBeGreaterThan(20);
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
    expect(all.filter(({ Resource }) => Resource === "*" || (Array.isArray(Resource) && Resource.includes("*")))).toEqual([]);
  });

  const READ = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"];
  const WRITE = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];
  const ERASE = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"];
  const KEY = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];
  const SEND = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"];
  const QUEUE = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"];

  test("are exactly these: whoever gains one has to say so here", () => {
    const byFunction = Object.fromEntries(
      Object.entries(stacks.service.findResources("AWS::IAM::Policy")).map(([id, { Properties }]) => [
        id.replace(/ServiceRoleDefaultPolicy.*$/, ""),
        [...new Set(Properties.PolicyDocument.Statement.flatMap(({ Action }: Statement) => Action))].toSorted(),
      ]),
    );
    expect(byFunction).toEqual({
      Admin: [
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminDeleteUser",
        "cognito-idp:AdminGetUser",
        ...READ,
        ...WRITE,
        "events:PutEvents",
        ...KEY,
        "sqs:SendMessage",
      ].toSorted(),
      Custody: [...READ, ...WRITE, "events:PutEvents", ...KEY, "s3:GetObject", "s3:PutObject", ...ERASE, "sqs:SendMessage"].toSorted(),
      CustodySeal: ["dynamodb:Query", ...KEY, "s3:GetObjectVersion", "s3:ListBucketVersions", "s3:PutObject"].toSorted(),
      ExpiryScan: [...READ, ...WRITE, "events:PutEvents", ...KEY, ...ERASE, "sns:Publish"].toSorted(),
      IdentityEvents: [...READ, ...WRITE, "events:PutEvents", ...KEY, ...ERASE, ...QUEUE, "sqs:SendMessage"].toSorted(),
      LicenseWorker: [...READ, ...WRITE, "events:PutEvents", ...KEY, ...QUEUE, "sqs:SendMessage"].toSorted(),
      Mdm: [...READ, ...WRITE, "events:PutEvents", ...KEY, "lambda:InvokeFunction", ...SEND].toSorted(),
      Notifications: ["dynamodb:GetItem", ...KEY, "lambda:InvokeFunction", ...QUEUE].toSorted(),
      Outbox: [
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        ...KEY,
        ...ERASE,
        "sns:Publish",
        ...SEND,
      ].toSorted(),
      Setup: ["cognito-idp:AdminCreateUser", "cognito-idp:AdminGetUser", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", ...KEY],
      TokenChecks: [
        ...READ,
        ...WRITE,
        "events:PutEvents",
        ...KEY,
        ...ERASE,
        ...QUEUE,
        "lambda:InvokeFunction",
        "sns:Publish",
        "sqs:SendMessage",
      ].toSorted(),
      TokenChecksAppleCheck: ["kms:Decrypt", "s3:GetObjectVersion"],
    });
  });

  test("of whoever calls addresses that others chose are to write its log, and nothing else", () => {
    const [role, ...more] = Object.entries(stacks.service.findResources("AWS::IAM::Role")).filter(([id]) => id.startsWith("Notifier"));
    expect(more).toEqual([]);
    const [id = "", { Properties = {} } = {}] = role ?? [];
    expect(JSON.stringify(Properties.ManagedPolicyArns)).toMatch(
      /^\[\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole"\]\]\}\]$/,
    );
    expect(Properties.Policies).toBeUndefined();
    const onRole = (type: string) => Object.values(stacks.service.findResources(type)).filter((each) => JSON.stringify(each).includes(id));
    expect([...onRole("AWS::IAM::Policy"), ...onRole("AWS::IAM::ManagedPolicy")]).toEqual([]);
    // Nor does a resource let it in by a policy of its own.
    for (const stack of [stacks.records, stacks.service])
      for (const type of ["AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"])
        expect(JSON.stringify(stack.findResources(type))).not.toContain("Notifier");
  });

  const writersOf = (family: string): string[] =>
    Object.entries(stacks.service.findResources("AWS::IAM::Policy")).flatMap(([id, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(
        ({ Action, Resource, Condition }: Statement & { Condition?: { "ForAllValues:StringLike"?: Record<string, string[]> } }) => {
          const writes = [Action].flat().some((action) => /^dynamodb:(Put|Update|Delete)Item$/.test(action));
          const keys = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];
          return writes && !JSON.stringify(Resource).includes("CustodyLog") && (keys === undefined || keys.includes(family));
        },
      ).map(() => id.replace(/ServiceRole.*/, "")),
    );

  test("to write a secret are custody's alone, and to write a token are not the administrators'", () => {
    expect(writersOf("SECRET#*")).toEqual(["Custody"]);
    expect(writersOf("CREDENTIAL#*")).toEqual(["Custody"]);
    expect(writersOf("CT#*").toSorted()).toEqual(["Custody", "ExpiryScan", "IdentityEvents", "TokenChecks"]);
  });

  test("to write licenses are not the device API's, which takes orders: the administrators' and the worker's alone", () => {
    expect(writersOf("ASSET#*").toSorted()).toEqual(["Admin", "LicenseWorker"]);
    expect(writersOf("WORK#*").toSorted()).toEqual(["LicenseWorker", "Mdm"]);
    expect(writersOf("USERS#*").toSorted()).toEqual(["Admin", "LicenseWorker", "Mdm"]);
    expect(writersOf("USE#*")).toEqual(["Mdm"]);
    expect(writersOf("RATE#*").toSorted()).toEqual(["Custody", "Mdm"]);
  });

  test("of whoever MDM servers ask write no token, no account and no credential", () => {
    for (const family of ["ORG", "ACC#*", "CT#*", "SECRET#*", "GIVEN#*", "CREDENTIAL#*", "ERASE", "PARKED"]) {
      const writers = writersOf(family);
      expect(writers).not.toEqual([]);
      for (const name of ["Mdm", "LicenseWorker", "Notifications"]) expect(writers).not.toContain(name);
    }
  });

  test("on the custody log are to add and to read: nobody can change or remove an entry", () => {
    const onLog = statements().filter(({ Resource }) => JSON.stringify(Resource).includes("CustodyLog"));
    expect(new Set(onLog.flatMap(({ Action }) => Action))).toEqual(new Set(["dynamodb:PutItem", "dynamodb:Query"]));
  });
});

test("seals are written by the sealer alone, who writes nothing else; nobody may delete one", () => {
  const onSeals = Object.entries(stacks.service.findResources("AWS::IAM::Policy")).flatMap(([id, { Properties }]) =>
    Properties.PolicyDocument.Statement.filter(({ Resource }: Statement) => JSON.stringify(Resource).includes("Seals")).map(
      ({ Action }: Statement) => [id.replace(/ServiceRole.*/, ""), Action],
    ),
  );
  expect(onSeals).toEqual([
    ["CustodySeal", ["s3:GetObjectVersion", "s3:PutObject"]],
    ["CustodySeal", "s3:ListBucketVersions"],
  ]);
});

describe("the API", () => {
  const routes = () => Object.values(stacks.service.findResources("AWS::ApiGatewayV2::Route")).map(({ Properties }) => Properties);

  test("has exactly the routes that functions serve", () => {
    expect(
      routes()
        .map(({ RouteKey }) => RouteKey)
        .toSorted(),
    ).toEqual([...ADMIN_ROUTES, ...CUSTODY_ROUTES, ...MDM_ROUTES].toSorted());
  });

  test("is open to no bearer of people for exactly these", () => {
    const open = routes().filter(({ AuthorizationType }) => AuthorizationType !== "JWT");
    expect(open.map(({ RouteKey }) => RouteKey).toSorted()).toEqual([
      "ANY /mdm/{proxy+}",
      "GET /v1/fetch/content-token",
      "GET /v1/health",
      "GET /v1/openapi.json",
    ]);
  });
});

describe("events", () => {
  test("of the identity provider are let through by a pattern that EventBridge takes", () => {
    const patterns = Object.values(stacks.service.findResources("AWS::Events::Rule")).flatMap(
      ({ Properties }) => Properties.EventPattern ?? [],
    );
    expect(patterns).toHaveLength(4);
    for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThan(2048);
    expect(JSON.stringify(patterns)).toContain("RespondToAuthChallenge");
  });

  test("that failed come back in minutes: each queue waits for six times its function's time-out, as AWS advises", () => {
    const fed = Object.values(stacks.service.findResources("AWS::Lambda::EventSourceMapping")).map(({ Properties }) => {
      const [id] = Properties.EventSourceArn["Fn::GetAtt"];
      const queue = stacks.service.findResources("AWS::SQS::Queue")[id];
      const runs = stacks.service.findResources("AWS::Lambda::Function")[Properties.FunctionName.Ref];
      return [id.replace(/[0-9A-F]{8}$/, ""), queue?.Properties.VisibilityTimeout, runs?.Properties.Timeout];
    });
    expect(fed.toSorted()).toEqual([
      ["IdentityQueue", 360, 60],
      // The time between the attempts that the protocol has.
      ["NotificationsQueue", 90, 60],
      ["TokenChecksQueue", 360, 60],
      ["WorkDeadLetters", 180, 30],
      ["WorkQueue", 180, 30],
    ]);
  });

  test("that no target took wait in a dead-letter queue", () => {
    const targets = Object.values(stacks.service.findResources("AWS::Events::Rule")).flatMap(({ Properties }) => Properties.Targets);
    expect(targets.length).toBeGreaterThanOrEqual(5);
    expect(targets.filter(({ DeadLetterConfig }) => DeadLetterConfig === undefined)).toEqual([]);
  });
});

test("no function that is deployed may call this machine as an MDM server, or takes jobs for lost as soon as on one machine", () => {
  const functions = Object.values(stacks.service.findResources("AWS::Lambda::Function"));
  expect(functions.length).toBeGreaterThan(0);
  expect(JSON.stringify(functions)).not.toMatch(/LOOPBACK_|JOBS_RESUMED_AFTER_SECONDS/);
});

test("the API is throttled, and its log has neither paths, addresses nor headers", () => {
  const [stage] = Object.values(stacks.service.findResources("AWS::ApiGatewayV2::Stage"));
  const { DefaultRouteSettings, AccessLogSettings } = stage?.Properties ?? {};
  expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
  expect(AccessLogSettings.Format).toContain("$context.authorizer.error");
  expect(AccessLogSettings.Format).not.toMatch(/path|sourceIp|header|claims|userAgent/i);
});

describe("alarms", () => {
  const descriptions = (): string[] =>
    Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm")).map(({ Properties }) => Properties.AlarmDescription);
  const headingsOfAlarms = () => descriptions().map((text) => /docs\/runbook\.md, "(.+)"\.$/.exec(text)?.[1] ?? text);

  test("have a heading in the runbook, and every heading there is an alarm's", () => {
    const runbook = readFileSync(join(root, "docs/runbook.md"), "utf8");
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings.toSorted()).toEqual(headingsOfAlarms().toSorted());
  });

  test("are followed in the runbook by commands, which find what they name", () => {
    const [, ...sections] = readFileSync(join(root, "docs/runbook.md"), "utf8").split(/^## /m);
    const commands = sections.map((section) => /^```sh\n(.+)^```$/ms.exec(section)?.[1] ?? "");
    expect(commands.filter((each) => each === "")).toEqual([]);
    const service = Object.entries((stacks.service.toJSON() as { Resources: Record<string, { Type: string }> }).Resources);
    const isNamed = (prefix: string, type: string) => service.some(([id, { Type }]) => id.startsWith(prefix) && Type === `AWS::${type}`);
    const asked = (command: RegExp): string[][] => [...commands.join("").matchAll(command)].map(([, ...names]) => names);
    const named = [
      ...asked(/\bnamed (\w+) ([\w:]+)/g),
      ...asked(/\bfailures (\w+)/g).map(([name]) => [`${name}Log`, "Logs::LogGroup"]),
      ...asked(/\barn_of_queue (\w+)/g).map(([name = ""]) => [name, "SQS::Queue"]),
    ];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(([prefix = "", type = ""]) => !isNamed(prefix, type))).toEqual([]);
    const kept = Object.keys((stacks.records.toJSON() as { Resources: object }).Resources);
    expect(asked(/\bkept (\w+)/g).filter(([id = ""]) => !kept.includes(id))).toEqual([]);
  });

  const bySeverity = () =>
    Map.groupBy(
      Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm")),
      ({ Properties }) => /^(\w+): /.exec(Properties.AlarmDescription)?.[1],
    );

  test("say first how urgent they are, and send a message unless it is not at all", () => {
    const severities = bySeverity();
    expect([...severities.keys()].toSorted()).toEqual(["high", "low", "medium"]);
    for (const [severity, alarms] of severities)
      for (const { Properties } of alarms) {
        expect([Properties.AlarmActions, Properties.OKActions].map((actions) => actions?.length ?? 0)).toEqual(
          severity === "low" ? [0, 0] : [1, 1],
        );
        expect(Properties.AlarmDescription).toMatch(/^\w+: [A-Z][^.]+\. [A-Z].+\. Runbook: docs\/runbook\.md, "[^"]+"\.$/);
      }
    expect(
      severities
        .get("low")
        ?.map(({ Properties }) => Properties.MetricName)
        .toSorted(),
    ).toEqual(["HeldEndingTokens", "IdentificationsNotLogged", "NotificationsDropped", "ParkedOldestSeconds"]);
  });

  test("watch every function, and every schedule", () => {
    const functions = Object.keys(stacks.service.findResources("AWS::Lambda::Function"));
    const alarmed = JSON.stringify(stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { MetricName: "Errors" } }));
    expect(functions).toHaveLength(13);
    for (const id of functions) expect(alarmed).toContain(`"${id}"`);
    const schedules = Object.keys(
      stacks.service.findResources("AWS::Events::Rule", { Properties: { ScheduleExpression: Match.anyValue() } }),
    );
    expect(schedules).toHaveLength(5);
    const running = headingsOfAlarms().filter((heading) => heading.endsWith(" is not running"));
    for (const id of schedules) expect(running.some((heading) => id.startsWith(heading.replace(" is not running", "")))).toBe(true);
  });

  test("tell of messages that failed: a run that gives them back counts as one that went well", () => {
    const failed = Object.values(
      stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { MetricName: "MessagesFailed" } }),
    ).map(({ Properties }) => Properties);
    for (const each of failed) expect(each).toMatchObject({ Namespace: METRICS_NAMESPACE, Period: 300, Statistic: "Sum", Threshold: 1 });
    // Each function that a queue feeds.
    const fed = Object.values(stacks.service.findResources("AWS::Lambda::EventSourceMapping")).map(
      ({ Properties }) => Properties.FunctionName.Ref,
    );
    const names = failed.map(({ Dimensions }) => Dimensions[0].Value);
    expect(names.toSorted()).toEqual(["identity-events", "license-worker", "notifications", "token-checks"]);
    expect(new Set(fed).size).toBe(names.length);
  });

  test("tell of work that waits, by the queue's own clock: no function would while none runs", () => {
    const waiting = Object.values(
      stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { MetricName: "ApproximateAgeOfOldestMessage" } }),
    ).map(({ Properties }) => [/^(\w+): .*"(.+)"\.$/.exec(Properties.AlarmDescription)?.slice(1), Properties] as const);
    expect(waiting.map(([words]) => words)).toEqual([
      ["high", "Work waits"],
      ["medium", "Dead work waits"],
    ]);
    for (const [, alarm] of waiting)
      expect(alarm).toMatchObject({
        Namespace: "AWS/SQS",
        Statistic: "Maximum",
        Period: 300,
        Threshold: 900,
        TreatMissingData: "notBreaching",
      });
    const queues = waiting.map(([, { Dimensions }]) => Dimensions[0].Value["Fn::GetAtt"][0]);
    expect(queues.map((id) => id.replace(/[0-9A-F]{8}$/, ""))).toEqual(["WorkQueue", "WorkDeadLetters"]);
  });

  test("tell of a broken custody chain at once", () => {
    const [broken] = Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { MetricName: "CustodyBroken" } }));
    const dimensions = [{ Name: "service", Value: "custody-seal" }];
    expect(broken?.Properties).toMatchObject({ Namespace: METRICS_NAMESPACE, Dimensions: dimensions, Period: 300, Threshold: 1 });
  });

  test("are heard: the topic they go to lets CloudWatch publish", () => {
    const policies = Object.values(stacks.service.findResources("AWS::SNS::TopicPolicy")).map((policy) => JSON.stringify(policy));
    const topics = Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm")).flatMap(
      ({ Properties }) => Properties.AlarmActions ?? [],
    );
    expect(new Set(topics.map((action) => JSON.stringify(action))).size).toBe(1);
    const heard = policies.filter((policy) => policy.includes("cloudwatch.amazonaws.com") && policy.includes(JSON.stringify(topics[0])));
    expect(heard).toHaveLength(1);
  });

  test("of what runs once a day are judged by the hour: a day that is cut at midnight would seem silent until the run", () => {
    const silent = Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { TreatMissingData: "breaching" } }));
    for (const { Properties } of silent) expect(Properties.Period).toBeLessThanOrEqual(3600);
    const daily = silent.filter(({ Properties }) => /ExpiryScanDaily|CustodySealDaily|TokenChecksDaily/.test(Properties.AlarmDescription));
    expect(daily).toHaveLength(3);
    for (const { Properties } of daily) expect(Properties.EvaluationPeriods).toBeGreaterThan(24);
  });

  test("of what must not fall silent go off when nothing is told", () => {
    const silent = Object.values(stacks.service.findResources("AWS::CloudWatch::Alarm", { Properties: { TreatMissingData: "breaching" } }));
    expect(silent).toHaveLength(7);
    const hourly = silent.find(({ Properties }) => Properties.AlarmDescription.includes("ParkedFactsHourly"));
    expect(hourly?.Properties.Dimensions).toMatchObject([{ Name: "RuleName" }]);
  });
});

describe("the configuration", () => {
  test("decides about the trail", { timeout: 30_000 }, () => {
    stacks.records.resourceCountIs("AWS::CloudTrail::Trail", 1);
    expect(synthesize({ trail: "existing" }).records.findResources("AWS::CloudTrail::Trail")).toEqual({});
  });

  test("subscribes everyone who is to be told", () => {
    const endpoints = Object.values(stacks.service.findResources("AWS::SNS::Subscription")).map(({ Properties }) => Properties.Endpoint);
    expect(endpoints.toSorted()).toEqual(["more@example.org", "ops@example.org", "tokens@example.org"]);
  });
});
