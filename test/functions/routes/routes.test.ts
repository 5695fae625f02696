// A route's entry in its table must say what its handler does: what is said otherwise does not compile. Each line that must not is told so to the
// compiler, which complains when it does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { ENV } from "../../../functions/contract/env.ts";
import { created, type Handle, ok } from "../../../functions/middleware/handler.ts";
import { route } from "../../../functions/middleware/route.ts";

const Input = z.strictObject({});
const Body = z.object({ name: z.string() });
const make: Handle<typeof Input, never, z.input<typeof Body>, 201> = async () => created({ name: "new" });
const edit: Handle<typeof Input, never, z.input<typeof Body>, 200, "ifMatch"> = async ({ ifMatch }) => ok({ name: String(ifMatch) });
const words = { who: "administrator", does: "Try" } as const;

test("what is said of a handler is what it answers and heeds", () => {
  expect(route(Input, Body, make, { ...words, answers: { 201: "It is made" } })).toMatchObject({ name: "make", who: "administrator" });
  expect(route(Input, Body, edit, { ...words, answers: { 200: "As it is now" }, takes: { ifMatch: true } }).takes).toEqual(["ifMatch"]);
});

test("another status, one too many, or a header too many or too few does not compile", () => {
  const made = [
    // @ts-expect-error It answers 201.
    route(Input, Body, make, { ...words, answers: { 200: "It is made" } }),
    // @ts-expect-error It answers nothing but 201.
    route(Input, Body, make, { ...words, answers: { 201: "It is made", 202: "It will be" } }),
    // @ts-expect-error It heeds no header.
    route(Input, Body, make, { ...words, answers: { 201: "It is made" }, takes: { ifMatch: true } }),
    // @ts-expect-error It heeds If-Match.
    route(Input, Body, edit, { ...words, answers: { 200: "As it is now" } }),
    // @ts-expect-error It answers a name.
    route(Input, z.object({ name: z.number() }), make, { ...words, answers: { 201: "It is made" } }),
  ];
  expect(made).toHaveLength(5);
});

test("a handler can't answer another status than its type says", () => {
  // @ts-expect-error It says 200.
  const wrong: Handle<typeof Input, never, z.input<typeof Body>> = async () => created({ name: "new" });
  expect(wrong).toBeDefined();
});

test("the client of the user pool is held by those alone who invite", () => {
  const bundle = (of: string): string => readFileSync(join(import.meta.dirname, "../../../dist", of, "index.mjs"), "utf8");
  const holders = Object.keys(ENV).filter((name) => bundle(name).includes("AWSCognitoIdentityProviderService"));
  expect(holders.toSorted()).toEqual(["admin", "setup"]);
});

test.each(["custody", "expiry-scan", "identity-events", "outbox"])("the bundle of %s does not hold the API's document", (name) => {
  const bundle = (of: string): string => readFileSync(join(import.meta.dirname, "../../../dist", of, "index.mjs"), "utf8");
  expect(bundle("admin")).toContain("#/components/schemas/ContentToken");
  expect(bundle(name)).not.toContain("#/components/schemas/ContentToken");
});
