// Rights, named by intent and exact in their actions: one method for what a function is for, none for what it might need.
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { RecordsStack } from "./records-stack.ts";

type Kept = Pick<RecordsStack, "key" | "table" | "bucket">;

const READS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"];
/** What a transaction is made of: each needs the right of its own kind. */
const WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"];

const useKey = ({ key }: Kept, grantee: IGrantable, actions: string[], via: "dynamodb" | "s3"): void => {
  const { region } = key.stack;
  Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [key.keyArn],
    conditions: { StringEquals: { "kms:ViaService": `${via}.${region}.amazonaws.com` } },
  });
};

/** What reading and writing an encrypted table takes. Source: AWS CDK, the grants of `Table`. */
const TABLE_KEY_ACTIONS = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];

const keepRecords = (kept: Kept, grantee: IGrantable, conditions: Record<string, Record<string, unknown>> = {}): void => {
  const table = kept.table.tableArn;
  Grant.addToPrincipal({ grantee, actions: READS, resourceArns: [table, `${table}/index/*`] });
  Grant.addToPrincipal({ grantee, actions: WRITES, resourceArns: [table], conditions });
  useKey(kept, grantee, TABLE_KEY_ACTIONS, "dynamodb");
};

/** To read every record, and to write every one but a secret's. */
export const grantKeepRecords = (kept: Kept, grantee: IGrantable): void =>
  keepRecords(kept, grantee, { "ForAllValues:StringNotLike": { "dynamodb:LeadingKeys": ["SECRET#*"] } });

/**
 * To write secrets too. Without conditions, since a secret is written in one transaction with other records: AWS does not document whether a
 * transaction's keys are judged one by one or together, and together no condition would let both kinds through.
 */
export const grantKeepRecordsAndSecrets = (kept: Kept, grantee: IGrantable): void => keepRecords(kept, grantee);

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
