// The device management API as it would be deployed: what is paced, what waits in which order, and that whoever calls addresses of others, or reads what MDM
// servers want to be shown, may do nothing else.
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Statement = {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Conditions;
};
type Resource = { readonly Type: string; readonly Properties: Record<string, unknown>; readonly DependsOn?: readonly string[] };

const resourcesOf = (stack: "Service" | "Records"): Readonly<Record<string, Resource>> =>
  JSON.parse(readFileSync(inject("templates").find((file) => file.includes(stack)) ?? "", "utf8")).Resources;
const ofType = (type: string): [id: string, Resource][] => Object.entries(resourcesOf("Service")).filter(([, { Type }]) => Type === type);

/** Without the hash that the CDK adds. */
const nameOf = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");
const queue = (name: string): Record<string, unknown> =>
  ofType("AWS::SQS::Queue").find(([id]) => nameOf(id) === name)?.[1].Properties ?? {};

const policies = (): [name: string, statements: readonly Statement[]][] =>
  ofType("AWS::IAM::Policy").map(([id, { Properties }]) => [
    id.replace(/ServiceRoleDefaultPolicy.*$/, ""),
    (Properties.PolicyDocument as { Statement: Statement[] }).Statement,
  ]);
/** Who may do it to the resource whose logical id begins so. */
const whoMay = (action: string, resource: string): string[] =>
  policies()
    .filter(([, statements]) =>
      statements.some(({ Action, Resource }) => [Action].flat().includes(action) && JSON.stringify(Resource).includes(`"${resource}`)),
    )
    .map(([name]) => name)
    .toSorted();

describe("requests", () => {
  const stage = (): Resource | undefined => ofType("AWS::ApiGatewayV2::Stage")[0]?.[1];

  test("of MDM servers are throttled by themselves, so that they and people keep nobody of the others waiting", () => {
    expect(stage()?.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: { "ANY /mdm/{proxy+}": { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 } },
    });
  });

  test("are throttled only on a route that is there already: the gateway refuses the stage otherwise", () => {
    const [route] = ofType("AWS::ApiGatewayV2::Route").filter(([, { Properties }]) => Properties.RouteKey === "ANY /mdm/{proxy+}");
    expect(route).toBeDefined();
    expect(stage()?.DependsOn).toContain(route?.[0]);
  });
});

test("the function that MDM servers call has the limits of a location's requests and pending jobs", () => {
  const [mdm] = ofType("AWS::Lambda::Function").filter(([id]) => nameOf(id) === "Mdm");
  expect(mdm?.[1].Properties.Environment).toMatchObject({
    Variables: { REQUESTS_PER_SECOND: "15", MAX_PENDING_JOBS: "1000", MAX_PENDING_ASSIGNMENTS: "100000" },
  });
});

describe("the queues", () => {
  test("of work keep the order of each location, and what is dead keeps it too", () => {
    for (const name of ["WorkQueue", "WorkDeadLetters"]) {
      expect(queue(name)).toMatchObject({ FifoQueue: true, MessageRetentionPeriod: 14 * 86_400 });
      // Each order has an identifier of its own: two of the same words are two.
      expect(queue(name).ContentBasedDeduplication).toBeUndefined();
    }
    expect(queue("NotificationsQueue").FifoQueue).toBeUndefined();
  });

  test("give up work before an MDM server asks for it again, which is after ten minutes, and send it to the worker's end", () => {
    const { RedrivePolicy, VisibilityTimeout } = queue("WorkQueue");
    const { deadLetterTargetArn, maxReceiveCount } = RedrivePolicy as {
      deadLetterTargetArn: { "Fn::GetAtt": string[] };
      maxReceiveCount: number;
    };
    expect(nameOf(deadLetterTargetArn["Fn::GetAtt"][0] ?? "")).toBe("WorkDeadLetters");
    expect(maxReceiveCount * (VisibilityTimeout as number)).toBeLessThan(600);
    const [worker] = ofType("AWS::Lambda::Function").filter(([id]) => id.startsWith("LicenseWorker"));
    const environment = worker?.[1].Properties.Environment as { Variables: Record<string, unknown> };
    expect(environment.Variables.WORK_DEAD_LETTERS_ARN).toEqual(deadLetterTargetArn);
  });

  test("hold nothing unencrypted, and take nothing over plain HTTP", () => {
    const names = ["WorkQueue", "WorkDeadLetters", "NotificationsQueue"];
    for (const name of names) expect(queue(name).SqsManagedSseEnabled).toBe(true);
    const denied = ofType("AWS::SQS::QueuePolicy").filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('"aws:SecureTransport":"false"'),
    );
    expect(denied.map(([id]) => id.replace(/Policy[0-9A-F]{8}$/, ""))).toEqual(expect.arrayContaining(names));
  });

  test("are sent to by whoever records what is sent, and by nobody else; the rule of changed licenses tells too", () => {
    expect(whoMay("sqs:SendMessage", "WorkQueue")).toEqual(["LicenseWorker", "Mdm", "Outbox"]);
    expect(whoMay("sqs:SendMessage", "NotificationsQueue")).toEqual(["Admin", "LicenseWorker", "Mdm", "Outbox"]);
    expect(whoMay("sqs:SendMessage", "WorkDeadLetters")).toEqual([]);
    const admitted = ofType("AWS::SQS::QueuePolicy").flatMap(([id, { Properties }]) =>
      (Properties.PolicyDocument as { Statement: Statement[] }).Statement.flatMap(({ Effect, Condition }) =>
        Effect === "Allow" && /^(Work|Notifications)/.test(id) ? [[id.replace(/Policy[0-9A-F]{8}$/, ""), Condition]] : [],
      ),
    );
    expect(admitted).toEqual([
      ["NotificationsQueue", { ArnEquals: { "aws:SourceArn": { "Fn::GetAtt": [expect.stringMatching(/^LicensesChanged/), "Arn"] } } }],
    ]);
  });

  test("are emptied by the one function that each is for", () => {
    for (const name of ["WorkQueue", "WorkDeadLetters"]) expect(whoMay("sqs:ReceiveMessage", name)).toEqual(["LicenseWorker"]);
    expect(whoMay("sqs:ReceiveMessage", "NotificationsQueue")).toEqual(["Notifications"]);
  });
});

describe("rights", () => {
  test("to have addresses of others called are of the two functions that may know what is to be shown there", () => {
    expect(whoMay("lambda:InvokeFunction", "Notifier")).toEqual(["Mdm", "Notifications"]);
  });

  test("of whoever MDM servers ask, and of what works for them, reach no file and nobody who signs in", () => {
    for (const name of ["Mdm", "LicenseWorker", "Notifications"]) {
      const [statements] = policies().flatMap(([each, its]) => (each === name ? [its] : []));
      expect(statements).toBeDefined();
      expect(JSON.stringify(statements)).not.toMatch(/s3:|cognito-idp:|sns:/);
    }
  });

  test("of the function that puts jobs back into the queue change no job and no count: it notes in their list that it did", () => {
    const [statements = []] = policies().flatMap(([each, its]) => (each === "Outbox" ? [its] : []));
    const updates = statements.filter(({ Action }) => [Action].flat().includes("dynamodb:UpdateItem"));
    expect(updates.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      ["dynamodb:UpdateItem", { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["JOBS"] } }],
    ]);
    expect(JSON.stringify(statements)).not.toContain("dynamodb:PutItem");
  });

  test("to the key hold through the table or the buckets; without them, for what MDM servers want to be shown alone", () => {
    const all = policies().flatMap(([name, statements]) =>
      statements
        .filter(({ Action }) => [Action].flat().some((action) => action.startsWith("kms:")))
        .map((statement) => [name, statement] as const),
    );
    expect(all.length).toBeGreaterThan(10);
    const direct = all.filter(([, { Condition }]) => Condition?.StringEquals?.["kms:ViaService"] === undefined);
    const shown = { StringEquals: { "kms:EncryptionContext:use": "notification" } };
    expect(direct.map(([name, { Action, Condition }]) => [name, Action, Condition])).toEqual([
      ["Mdm", ["kms:Encrypt", "kms:Decrypt"], shown],
      ["Notifications", "kms:Decrypt", shown],
    ]);
  });

  test("to the key are given by such policies: the key's own leaves it to them", () => {
    const key = resourcesOf("Records").Key?.Properties.KeyPolicy as { Statement: readonly object[] } | undefined;
    const account = { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, ":root"]] };
    expect(key?.Statement).toEqual([{ Effect: "Allow", Action: "kms:*", Principal: { AWS: account }, Resource: "*" }]);
  });
});
