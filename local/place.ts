// Where everything on one machine is said to be, as AWS would name it. The account is the one that stand-ins of AWS use by convention.
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
