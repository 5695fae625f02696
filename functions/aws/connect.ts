// The ports of one function, from what its stack told it. The only place that reads the process's environment.
import { randomBytes } from "node:crypto";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { ENV, type Env, type FunctionName } from "../env.ts";
import type { People, Ports } from "../ports.ts";
import { busTo, type SendNotice } from "./bus.ts";
import { filesIn } from "./files.ts";
import { logAs } from "./log.ts";
import { peopleIn } from "./people.ts";
import { recordsIn } from "./records.ts";

/** Throws at start-up, naming the variable, when the stack forgot one. */
export const environmentOf = <Name extends FunctionName>(name: Name): Env<Name> => ENV[name].parse(process.env) as Env<Name>;

type Told = { readonly RECORDS_TABLE: string; readonly CUSTODY_TABLE: string; readonly BUS_NAME: string };

/** All but files: what a function without any right to token files is given. */
export const recordsOf = (
  name: FunctionName,
  { RECORDS_TABLE, CUSTODY_TABLE, BUS_NAME }: Told,
  sendNotice?: SendNotice,
): Omit<Ports, "files"> => {
  const table = { client: DynamoDBDocumentClient.from(new DynamoDBClient()), name: RECORDS_TABLE, custodyLog: CUSTODY_TABLE };
  const log = logAs(name);
  return {
    ...recordsIn(table),
    bus: busTo({ events: new EventBridgeClient(), busName: BUS_NAME, sendNotice }, log),
    log,
    now: () => new Date(),
    random: (bytes) => randomBytes(bytes),
  };
};

export const portsOf = (name: FunctionName, told: Told & { readonly TOKENS_BUCKET: string }, sendNotice?: SendNotice): Ports => ({
  ...recordsOf(name, told, sendNotice),
  files: filesIn({ client: new S3Client(), name: told.TOKENS_BUCKET }),
});

export const peopleOf = ({ USER_POOL_ID }: { readonly USER_POOL_ID: string }): People =>
  peopleIn({ client: new CognitoIdentityProviderClient(), userPoolId: USER_POOL_ID });
