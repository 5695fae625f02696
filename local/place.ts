// Where everything on one machine is said to be, as AWS would name it. The account is the one that stand-ins of AWS use by convention.
import * as z from "zod";

export const REGION = "us-east-1";
export const ACCOUNT_ID = "000000000000";

export const arnOf = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${name}`;

/** What a client of AWS's SDK needs to be heard by the stand-ins. */
export type AwsAccess = {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** Enough for every stand-in that does not check whose signature it is: all but S3's. */
export const ANY_ACCESS: AwsAccess = { region: REGION, credentials: { accessKeyId: "local", secretAccessKey: "local" } };

/** Where the stand-ins of AWS answer. */
export const Endpoints = z.object({ dynamodb: z.url(), s3: z.url(), eventbridge: z.url(), lambda: z.url(), sqs: z.url() });
export type Endpoints = Readonly<z.infer<typeof Endpoints>>;
