// The ports of one function, from what its stack told it.
import { randomBytes } from "node:crypto";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Env, FunctionName } from "../contract/env.ts";
import type { People } from "../ports/people.ts";
import type { Ports } from "../ports/ports.ts";
import { busTo, type Senders } from "./bus.ts";
import { custodyIn } from "./custody.ts";
import { filesIn } from "./files.ts";
import { logAs } from "./log.ts";
import { peopleIn } from "./people.ts";
import { recordsIn } from "./records.ts";
import { sealsIn } from "./seals.ts";

type Tables = { readonly RECORDS_TABLE: string; readonly CUSTODY_TABLE: string };
type Told = Tables & { readonly BUS_NAME: string };
/** The ports of checks with Apple, for the functions that run or watch them. */
type Checking = "apple" | "checkQueue";

/** Ports of every function: records and the clock. */
const kept = (name: FunctionName, { RECORDS_TABLE, CUSTODY_TABLE }: Tables) => ({
  ...recordsIn({ client: DynamoDBDocumentClient.from(new DynamoDBClient()), name: RECORDS_TABLE, custodyLog: CUSTODY_TABLE }),
  log: logAs(name),
  now: () => new Date(),
  random: (bytes: number) => randomBytes(bytes),
});

/** All but files and people: what a function without any right to token files or to the user pool is given. */
export const recordsOf = (
  name: FunctionName,
  told: Told,
  senders?: Senders,
): Omit<Ports, "files" | "people" | "cipher" | "notifier" | Checking> => {
  const ports = kept(name, told);
  return { ...ports, bus: busTo({ events: new EventBridgeClient(), busName: told.BUS_NAME, ...senders }, ports.log) };
};

export const portsOf = (
  name: FunctionName,
  told: Told & { readonly TOKENS_BUCKET: string },
  senders?: Senders,
): Omit<Ports, "people" | "cipher" | "notifier" | Checking> => ({
  ...recordsOf(name, told, senders),
  files: filesIn({ client: new S3Client(), name: told.TOKENS_BUCKET }),
});

/** Those who sign in. Only who asks for them has Cognito's client in its bundle. */
const peopleOf = ({ USER_POOL_ID }: { readonly USER_POOL_ID: string }): People =>
  peopleIn({ client: new CognitoIdentityProviderClient(), userPoolId: USER_POOL_ID });

/** Ports of `admin`: records and people, no files. */
export const administeringOf = (
  name: FunctionName,
  env: Env<"admin">,
  senders?: Senders,
): Omit<Ports, "files" | "cipher" | "notifier" | Checking> => ({
  ...recordsOf(name, env, senders),
  people: peopleOf(env),
});

/** Ports of `setup`: no event bus and no files. */
export const foundingOf = (name: FunctionName, env: Env<"setup">) => ({
  ...kept(name, env),
  people: peopleOf(env),
});

/** Ports of `custody-seal`: no records and no files. */
export const sealingOf = (name: FunctionName, { CUSTODY_TABLE, SEALS_BUCKET }: Env<"custody-seal">) => ({
  custody: custodyIn({ client: DynamoDBDocumentClient.from(new DynamoDBClient()), custodyLog: CUSTODY_TABLE }),
  seals: sealsIn({ client: new S3Client(), name: SEALS_BUCKET }),
  log: logAs(name),
  now: () => new Date(),
});
