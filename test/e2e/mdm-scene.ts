// A location as its MDM server sees it: with a token, the text of the token's file, and calls of the device management API with it. A location may ask
// 15 times a second: whoever is told to wait waits and asks again, as real clients do, so that no test hangs on how fast this machine is.
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { vi } from "vitest";
import type { Caller, Reply } from "../../local/client.ts";
import { eventually } from "../../local/demo/narrator.ts";
import type { Host } from "./host.ts";
import { documentedMdm, documentedPage, mdmCallerOf } from "./mdm-caller.ts";

// Tests here wait for work and for their turn, and each of a function's environments loads its bundle at the first request.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const MOST_WAITS = 30;

/** Comes again after a second. Version 1 says by the number alone that it has to. */
export const patiently =
  <Asked extends unknown[]>(call: (...asked: Asked) => Promise<Reply>): ((...asked: Asked) => Promise<Reply>) =>
  async (...asked) => {
    for (let waits = 0; ; waits++) {
      const reply = await call(...asked);
      if (reply.body.errorNumber !== 9646 || waits === MOST_WAITS) return reply;
      await sleep(1000);
    }
  };

export type Odd = { readonly headers?: Record<string, string>; readonly body?: string };

/** As no client of ours would ask: whatever headers, whatever body, no token unless one is said. */
export const askedOddly = patiently(async (host: Host, method: string, path: string, { headers = {}, body }: Odd = {}): Promise<Reply> => {
  const answer = await fetch(`${host.session.api}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  return documentedMdm(method, path, { status: answer.status, body: JSON.parse(await answer.text()), headers: answer.headers });
});

/** A page of the device API, as a browser asks for it. */
export const pageAt = async (host: Host, path: string): Promise<{ readonly body: string; readonly headers: Headers }> => {
  const answer = await fetch(`${host.session.api}${path}`);
  const page = { status: answer.status, body: await answer.text(), headers: answer.headers };
  documentedPage(path, page);
  return page;
};

/** What people's API answers when all is well. */
export const must = ({ status, body }: Reply, expected: number): Record<string, unknown> => {
  if (status !== expected) throw new Error(`expected ${expected}, answered ${status}: ${JSON.stringify(body)}`);
  return body;
};

/** A token of the location, and the text of its file as it is downloaded. */
export const issued = async (as: Caller, locationId: string): Promise<{ readonly tokenId: string; readonly text: string }> => {
  const tokenId = String(must(await as("POST", "/v1/content-tokens", { locationId }), 201).id);
  const link = must(await as("POST", `/v1/content-tokens/${tokenId}/downloads`, {}), 201);
  return { tokenId, text: await (await fetch(String(link.url))).text() };
};

export const revoke = async ({ administrator }: Host, tokenId: string): Promise<void> =>
  void must(await administrator("POST", `/v1/content-tokens/${tokenId}/revocation`, { reason: "lost" }), 200);

/** Sets one attribute of a record by hand. */
export const setByHand = async ({ service }: Host, Key: { pk: string; sk: string }, name: string, value: unknown): Promise<void> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...service.access, endpoint: service.endpoints.dynamodb }));
  const names = { ExpressionAttributeNames: { "#name": name }, ExpressionAttributeValues: { ":value": value } };
  await client.send(new UpdateCommand({ TableName: "records", Key, UpdateExpression: "SET #name = :value", ...names }));
  client.destroy();
};

/** The work, when it is over. */
export const ended = async (mdm: Caller, eventId: unknown, seconds = 30): Promise<Record<string, unknown>> => {
  const status = await eventually(async () => {
    const { body } = await mdm("GET", `/mdm/v2/status?eventId=${eventId}`);
    return body.eventStatus === "PENDING" ? undefined : body;
  }, seconds);
  if (status === undefined) throw new Error(`the work ${eventId} is not over after ${seconds} seconds`);
  return status;
};

export type Place = Awaited<ReturnType<typeof placeOf>>;

/** A new location with a token. `as`: who is to issue it, by the location. */
export const placeOf = async (host: Host, name: string, as: (locationId: string) => Promise<Caller> = async () => host.administrator) => {
  const locationId = String(must(await host.administrator("POST", "/v1/locations", { name }), 201).id);
  const { tokenId, text } = await issued(await as(locationId), locationId);
  const mdm = patiently(mdmCallerOf(host.session.api, text));
  return {
    locationId,
    tokenId,
    text,
    mdm,
    async acquire(adamId: string, quantity: number, traits: object = {}): Promise<void> {
      const licenses = { locationId, adamId, quantity, productType: "App", ...traits };
      must(await host.administrator("POST", "/v1/licenses", licenses), 201);
    },
    /** Asks for work; what it came to. */
    async done(path: string, body: object): Promise<Record<string, unknown>> {
      return ended(mdm, must(await mdm("POST", `/mdm/v2/${path}`, body), 200).eventId);
    },
  };
};

/** Serial numbers or users, numbered from 1. */
export const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
