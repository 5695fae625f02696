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

export const grantKeepRecords = (kept: Kept, grantee: IGrantable): void => {
  const resourceArns = [kept.table.tableArn, `${kept.table.tableArn}/index/*`];
  Grant.addToPrincipal({ grantee, actions: READS, resourceArns });
  Grant.addToPrincipal({ grantee, actions: WRITES, resourceArns: [kept.table.tableArn] });
  useKey(kept, grantee, ["kms:Decrypt"], "dynamodb");
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
