// The whole service on this machine, with a folder of its own that goes with it; and the records as they are, to see that nothing changed.
import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { inject } from "vitest";
import { type LocalService, startService } from "../../local/service.ts";
import { type Session, writeSession } from "../../local/session.ts";
import { callerOf } from "./documented.ts";

export type Host = {
  readonly directory: string;
  readonly service: LocalService;
  readonly session: Session;
  readonly errors: unknown[];
  /** Calls as the seeded administrator or content manager, or with any other bearer. */
  readonly administrator: ReturnType<typeof callerOf>;
  readonly contentManager: ReturnType<typeof callerOf>;
  /** Every item of every table: the records and the custody log. */
  records(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
};

const recordsAt = async ({ endpoints, access }: LocalService): Promise<Record<string, unknown>[]> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...access, endpoint: endpoints.dynamodb }));
  try {
    const { TableNames = [] } = await client.send(new ListTablesCommand());
    const tables = await Promise.all(TableNames.map((TableName) => client.send(new ScanCommand({ TableName }))));
    if (tables.some(({ LastEvaluatedKey }) => LastEvaluatedKey !== undefined))
      throw new Error("there are too many records to look at at once");
    return tables.flatMap(({ Items = [] }) => Items);
  } finally {
    client.destroy();
  }
};

type Options = { readonly templates?: readonly string[]; readonly tls?: boolean; readonly publicUrl?: string };

/** `directory` of an earlier host goes on with what it left. `templates`: other ones than those of the demo's organization. */
export const startHost = async (earlier?: string, options: Options = {}): Promise<Host> => {
  const directory = earlier ?? (await mkdtemp(join(tmpdir(), "content-tokens-")));
  mkdirSync(directory, { recursive: true });
  const errors: unknown[] = [];
  const service = await startService({
    directory,
    templates: inject("templates"),
    onError: (error) => void errors.push(error),
    ...options,
  });
  const session = await writeSession(directory, service);
  const { administrator, contentManager } = session.accounts;
  return {
    directory,
    service,
    session,
    errors,
    administrator: callerOf(session.api, administrator.bearer ?? ""),
    contentManager: callerOf(session.api, contentManager.bearer ?? ""),
    records: () => recordsAt(service),
    stop: () => service.close(),
  };
};

export const removeHost = async (host: Host): Promise<void> => {
  await host.stop();
  await rm(host.directory, { recursive: true, force: true });
};
