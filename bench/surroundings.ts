// What stands around the service's own code while it is measured: a client of the embedded database, and ports that cost nothing.
import { randomBytes } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Ports } from "../functions/ports/ports.ts";

/** Sends nothing twice by itself. `maxSockets`: how many requests are under way at once; the others would wait for them, as on AWS nobody would. */
export const connect = (endpoint: string, maxSockets = 50): DynamoDBDocumentClient => {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const requestHandler = { httpAgent: { maxSockets } };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1, requestHandler }));
};

/** A bus that takes everything; what is logged as an error ends the measuring. */
export const quiet: Pick<Ports, "bus" | "log" | "random"> = {
  bus: { publish: async (messages) => messages },
  log: {
    info: () => {},
    error: (message, cause) => {
      throw new Error(message, { cause });
    },
    count: () => {},
    gauge: () => {},
  },
  random: (bytes) => randomBytes(bytes),
};
