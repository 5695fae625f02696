// A value of a client's choice where the service expects one of its own (cursors, identifiers, version ids, keys, numbers) is refused or means nothing; it never
// fails the service. Held on DynamoDB, which refuses what no schema thought of.
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordsIn } from "../../../functions/aws/records.ts";
import { makeWorld } from "../../support/adapters/world.ts";
import { clientOf, databaseForTests } from "../../support/database/records.ts";
import { TABLES } from "../../support/database/table.ts";
import { document } from "../../support/http/answers.ts";
import {
  ALWAYS_TRIED,
  hostileTexts,
  operationsWithInput,
  type Prepared,
  prepare,
  replacements,
  type Sample,
  samplesFor,
  sender,
} from "../../support/http/hostile-inputs.ts";
import { makeHost, organize } from "../../support/scenarios/scene.ts";

const OPERATIONS = operationsWithInput(document);
const RUNS = 40;

/** Default messages of the schema library, which do not say what was expected. */
const SCHEMA_LIBRARY_WORDS = /Invalid (ISO|string|input|UUID|URL|email|base64|option|key)|must match pattern/;

/** Samples that the state of things refuses: nobody signs in with the account, and no event has the id. */
const REFUSED: Readonly<Record<string, string>> = { "POST /v1/accounts/{id}/invitation": "not_found", "GET /mdm/v2/status": "9708" };

const refusedAs = (name: string, message: string): Error => Object.assign(new Error(message), { name });

/** The embedded DynamoDB takes some text that AWS's refuses: unpaired surrogates anywhere, and keys that are too long. */
const assertStorable = (input: unknown, name = ""): void => {
  if (typeof input === "string") {
    if (!input.isWellFormed()) throw refusedAs("SerializationException", `${name} has an unpaired surrogate`);
    const most = { pk: 2048, sk: 1024, sortKey: 1024 }[name] ?? 400_000;
    if (Buffer.byteLength(input) > most) throw refusedAs("ValidationException", `${name} has more than ${most} bytes`);
  } else if (typeof input === "object" && input !== null)
    for (const [key, value] of Object.entries(input)) assertStorable(value, Array.isArray(input) ? name : key);
};

const database = databaseForTests();
let client: ReturnType<typeof clientOf>;
let prepared: Prepared;
let send: ReturnType<typeof sender>;
beforeAll(() => {
  client = clientOf(database.endpoint());
  client.middlewareStack.add(
    (next) => async (args) => {
      assertStorable(args.input);
      return next(args);
    },
    { step: "initialize", name: "strict" },
  );
});
afterAll(() => client.destroy());
// Each operation finds everything in place: another one may have ended the token.
beforeEach(async () => {
  await database.table();
  const host = makeHost(recordsIn({ client, ...TABLES }));
  await organize(host);
  prepared = await prepare(host);
  send = sender(host, prepared);
});

/** The sample with `value` in place of each of its values in turn, and in each parameter that the document names. */
const withHostile = (
  sample: Sample,
  parameters: readonly { readonly in: string; readonly name: string }[],
  value: string,
): readonly Sample[] => {
  const at = { path: "path", query: "query", header: "headers" } as const;
  const places = parameters.map((parameter): Sample => {
    const part = at[parameter.in as keyof typeof at];
    const name = parameter.in === "header" ? parameter.name.toLowerCase() : parameter.name;
    return { ...sample, [part]: { ...sample[part], [name]: value } };
  });
  // The whole body is replaced elsewhere.
  const bodies = replacements(sample.body, value).filter((body) => typeof body === "object" && body !== null);
  return [...places, ...bodies.map((body) => ({ ...sample, body: body as Record<string, unknown> }))];
};

test("every operation that takes a value has a sample, which is accepted", async () => {
  const samples = samplesFor(prepared);
  expect(Object.keys(samples).toSorted()).toEqual(OPERATIONS.map(({ key }) => key).toSorted());
  for (const { key } of OPERATIONS) {
    const host = makeHost(makeWorld());
    await organize(host);
    const own = await prepare(host);
    const { status, text } = await sender(host, own)(key, samplesFor(own)[key] ?? {});
    const expected = REFUSED[key] ?? "";
    expect({ key, refusal: status < 400 ? "" : text }).toEqual({ key, refusal: expect.stringContaining(expected) });
    expect(status >= 400).toBe(expected !== "");
  }
});

describe.each(OPERATIONS.map(({ key, operation }) => [key, operation] as const))("%s", (key, operation) => {
  test("never fails because of a value", { timeout: 120_000 }, async () => {
    const sample = samplesFor(prepared)[key] ?? {};
    await fc.assert(
      fc.asyncProperty(hostileTexts, async (value) => {
        for (const request of withHostile(sample, operation.parameters ?? [], value)) {
          const { status, text } = await send(key, request);
          expect({ request, text, failed: status >= 500 && status !== 503 }).toMatchObject({ failed: false });
        }
      }),
      { numRuns: RUNS, examples: ALWAYS_TRIED.map((text): [string] => [text]) },
    );
  });

  test("refuses a value of another form in the service's own words", async () => {
    const sample = samplesFor(prepared)[key] ?? {};
    for (const value of ["another form", "2026-11-27", "0"])
      for (const request of withHostile(sample, operation.parameters ?? [], value)) {
        const { text } = await send(key, request);
        expect({ request, text: text ?? "" }).toMatchObject({ text: expect.not.stringMatching(SCHEMA_LIBRARY_WORDS) });
      }
  });
});

test("no bearer and no path of the device API fails the service", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(hostileTexts, async (value) => {
      const bearers = ["GET /mdm/v2/assets", "POST /mdm/v2/users/create", "GET /v1/fetch/content-token"].map(
        (key) => [key, { headers: { authorization: `Bearer ${value}` } }] as const,
      );
      const tokens = [["POST /mdm/registerVPPUserSrv", { body: { sToken: value, clientUserIdStr: "u" } }] as const];
      const cookies = [["GET /mdm/v2/lookup", { query: { id: "1" }, headers: { cookie: `itvt=${value}` } }] as const];
      const paths = ["GET", "POST", "DELETE"].map((method) => [`${method} /mdm/v2/${value.replaceAll(" ", "%20")}`, {}] as const);
      for (const [key, request] of [...bearers, ...tokens, ...cookies, ...paths]) {
        const { status, text } = await send(key, request);
        expect({ key, request, text, status }).toMatchObject({ status: expect.toSatisfy((code: number) => code < 500) });
      }
    }),
    { numRuns: RUNS, examples: ALWAYS_TRIED.map((text): [string] => [text]) },
  );
});
