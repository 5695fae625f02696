// Rights, one method for what a function is for, exact in their actions and in whose items they write. A function that is not named to write a kind
// of item can't, whatever its code tries: the test of the handlers holds what they really do against these.
import type { EventBus } from "aws-cdk-lib/aws-events";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { EVENT_SOURCE, type EventType } from "../domain/shared/events.ts";
import type { RecordsStack } from "./records-stack.ts";

type Kept = Pick<RecordsStack, "key" | "table" | "custodyLog" | "bucket" | "seals" | "userPool">;

/** Prefixes of partition keys; the table is described in functions/aws/table.ts. */
type Family =
  | "ORG"
  | "LOC#*"
  | "UID#*"
  | "ACC#*"
  | "CT#*"
  | "SECRET#*"
  | "GIVEN#*"
  | "IDEMPOTENCY#*"
  | "MDM#*"
  | "CREDENTIAL#*"
  | "MDMINFO#*"
  | "CONFLICT#*"
  | "ASSET#*"
  | "TRANSFER#*"
  | "USERS#*"
  | "WORK#*"
  | "JOBS"
  | "JOBS#*"
  | "USE#*"
  | "RATE#*"
  | "OUTBOX"
  | "ERASE"
  | "PARKED";

/** A condition on another item only reads it. */
const READS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:ConditionCheckItem"];
/** The operations of a transaction. Each one needs its own permission. */
const WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

const useKey = ({ key }: Kept, grantee: IGrantable, actions: string[], via: "dynamodb" | "s3"): void => {
  const { region } = key.stack;
  Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [key.keyArn],
    conditions: { StringEquals: { "kms:ViaService": `${via}.${region}.amazonaws.com` } },
  });
};

/** Permissions on the key of an encrypted table. Source: AWS CDK, the grants of `Table`. */
const TABLE_KEY_ACTIONS = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];

const read = (kept: Kept, grantee: IGrantable, actions = READS): void => {
  const table = kept.table.tableArn;
  Grant.addToPrincipal({ grantee, actions, resourceArns: [table, `${table}/index/*`] });
  useKey(kept, grantee, TABLE_KEY_ACTIONS, "dynamodb");
};

/**
 * To write items of `families` alone. AWS does not document whether a transaction's keys are judged one by one or together: a list of what is
 * allowed lets the same transactions through either way.
 */
const write = ({ table }: Kept, grantee: IGrantable, families: readonly Family[], actions = WRITES): void => {
  const conditions = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [...families] } };
  Grant.addToPrincipal({ grantee, actions, resourceArns: [table.tableArn], conditions });
};

/**
 * To add entries to the custody log and to read them. No role may update or delete one. `PutItem` could overwrite one, and IAM can't demand the condition that every
 * write of the code carries: the seals reveal an entry that was changed.
 */
const keepCustody = ({ custodyLog }: Kept, grantee: IGrantable): void => {
  const log = custodyLog.tableArn;
  Grant.addToPrincipal({ grantee, actions: ["dynamodb:PutItem", "dynamodb:Query"], resourceArns: [log, `${log}/index/*`] });
};

/** To invite people to the user pool, and to look them up. */
const INVITES = ["cognito-idp:AdminCreateUser", "cognito-idp:AdminGetUser"];

/** To found the organization, once, and to invite its first administrator. */
export const grantFound = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee, ["dynamodb:GetItem"]);
  write(kept, grantee, ["ORG", "LOC#*", "UID#*", "ACC#*"], ["dynamodb:PutItem"]);
  keepCustody(kept, grantee);
  kept.userPool.grant(grantee, ...INVITES);
};

/**
 * To see every record, and to keep those of the organization, its locations with their licenses and client users, its accounts, and the
 * MDM servers with their links; to invite people and to delete them. Not to reset anybody's password: docs/decisions/0013-accounts-invited-disabled-removed.md.
 */
export const grantAdminister = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, [
    "ORG",
    "LOC#*",
    "UID#*",
    "ASSET#*",
    "TRANSFER#*",
    "USERS#*",
    "IDEMPOTENCY#*",
    "ACC#*",
    "MDM#*",
    "MDMINFO#*",
    "CONFLICT#*",
    "OUTBOX",
    "PARKED",
  ]);
  keepCustody(kept, grantee);
  kept.userPool.grant(grantee, ...INVITES, "cognito-idp:AdminDeleteUser");
};

/** To keep content tokens and their secrets, MDM servers and their credentials. */
export const grantKeepTokens = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, [
    "LOC#*",
    "CT#*",
    "SECRET#*",
    "GIVEN#*",
    "IDEMPOTENCY#*",
    "MDM#*",
    "CREDENTIAL#*",
    "CONFLICT#*",
    "RATE#*",
    "OUTBOX",
    "ERASE",
  ]);
  keepCustody(kept, grantee);
};

/** To move due tokens on, and to end those that ended. */
export const grantScan = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, ["ORG", "CT#*", "GIVEN#*", "OUTBOX", "ERASE"]);
  keepCustody(kept, grantee);
};

/** To record facts about accounts, and to end the tokens that they kill. */
export const grantApplyFacts = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, ["ACC#*", "CT#*", "GIVEN#*", "OUTBOX", "ERASE", "PARKED"]);
  keepCustody(kept, grantee);
};

/** To record Apple's answers: evidence about tokens, locations and MDM servers, and the end of tokens. */
export const grantRecordChecks = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, ["LOC#*", "CT#*", "GIVEN#*", "MDM#*", "MDMINFO#*", "CONFLICT#*", "OUTBOX", "ERASE"]);
  keepCustody(kept, grantee);
};

/** To read the files of imported tokens, by their version. */
export const grantReadImported = (kept: Kept, grantee: IGrantable): void => {
  Grant.addToPrincipal({ grantee, actions: ["s3:GetObjectVersion"], resourceArns: [kept.bucket.arnForObjects("tokens/imported/*")] });
  useKey(kept, grantee, ["kms:Decrypt"], "s3");
};

/** The required encryption context of a value, so that the permission on the key decrypts no record and no file. */
const NOTIFICATION_VALUES = { StringEquals: { "kms:EncryptionContext:use": "notification" } };

/**
 * To look a token up, to take orders for work, and to keep what MDM servers say of themselves and use tokens for. Never to change a license or a token, and
 * never to see a file.
 */
export const grantServeMdm = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, ["LOC#*", "MDM#*", "MDMINFO#*", "CONFLICT#*", "USERS#*", "WORK#*", "JOBS", "JOBS#*", "USE#*", "RATE#*", "OUTBOX"]);
  keepCustody(kept, grantee);
  Grant.addToPrincipal({
    grantee,
    actions: ["kms:Encrypt", "kms:Decrypt"],
    resourceArns: [kept.key.keyArn],
    conditions: NOTIFICATION_VALUES,
  });
};

/** To keep the ledger of licenses and the users of locations, as MDM servers ask for. */
export const grantDoWork = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee);
  write(kept, grantee, ["LOC#*", "ASSET#*", "USERS#*", "WORK#*", "JOBS", "JOBS#*", "OUTBOX"]);
};

/** To read where an MDM server wants to be told, and what it wants to be shown then. */
export const grantNotify = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee, ["dynamodb:GetItem"]);
  Grant.addToPrincipal({ grantee, actions: ["kms:Decrypt"], resourceArns: [kept.key.keyArn], conditions: NOTIFICATION_VALUES });
};

/** To read the outbox, the erasures and the records that are measured, to delete finished entries, and to note which jobs were put back into the queue. */
export const grantSweep = (kept: Kept, grantee: IGrantable): void => {
  read(kept, grantee, ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]);
  write(kept, grantee, ["OUTBOX", "ERASE"], ["dynamodb:DeleteItem"]);
  write(kept, grantee, ["JOBS"], ["dynamodb:UpdateItem"]);
};

/**
 * To put events of these types on the service's own bus, under the service's own source. AWS documents `events:source` as a list of values and does
 * not say whether the entries of one request are evaluated together: ForAllValues holds either way, and Null refuses a request without a value.
 * Source: Service Authorization Reference, "Condition keys for Amazon EventBridge".
 */
export const grantPublish = (bus: EventBus, grantee: IGrantable, types: readonly EventType[]): void => {
  Grant.addToPrincipal({
    grantee,
    actions: ["events:PutEvents"],
    resourceArns: [bus.eventBusArn],
    conditions: {
      "ForAllValues:StringEquals": { "events:detail-type": [...types], "events:source": [EVENT_SOURCE] },
      Null: { "events:detail-type": "false", "events:source": "false" },
    },
  });
};

/** To store token files and to sign links to them: a link has the rights of whoever signed it. */
export const grantKeepFiles = (kept: Kept, grantee: IGrantable): void => {
  Grant.addToPrincipal({ grantee, actions: ["s3:GetObject", "s3:PutObject"], resourceArns: [kept.bucket.arnForObjects("tokens/*")] });
  useKey(kept, grantee, ["kms:Decrypt", "kms:GenerateDataKey"], "s3");
};

/** To erase every version of a file, without ever reading one. */
export const grantErase = (kept: Kept, grantee: IGrantable): void => {
  const objects = [kept.bucket.arnForObjects("tokens/*")];
  Grant.addToPrincipal({ grantee, actions: ["s3:DeleteObject", "s3:DeleteObjectVersion"], resourceArns: objects });
  Grant.addToPrincipal({
    grantee,
    actions: ["s3:ListBucketVersions"],
    resourceArns: [kept.bucket.bucketArn],
    conditions: { StringLike: { "s3:prefix": "tokens/*" } },
  });
};

/** To read the custody log and to seal it: to see and to add seals, and no more. */
export const grantSeal = (kept: Kept, grantee: IGrantable): void => {
  const { custodyLog, seals } = kept;
  const log = custodyLog.tableArn;
  Grant.addToPrincipal({ grantee, actions: ["dynamodb:Query"], resourceArns: [log, `${log}/index/byTime`] });
  useKey(kept, grantee, TABLE_KEY_ACTIONS, "dynamodb");
  // Reads versions, because the first version of a seal counts.
  Grant.addToPrincipal({ grantee, actions: ["s3:GetObjectVersion", "s3:PutObject"], resourceArns: [seals.arnForObjects("seals/*")] });
  const conditions = { StringLike: { "s3:prefix": "seals/*" } };
  Grant.addToPrincipal({ grantee, actions: ["s3:ListBucketVersions"], resourceArns: [seals.bucketArn], conditions });
  useKey(kept, grantee, ["kms:Decrypt", "kms:GenerateDataKey"], "s3");
};
