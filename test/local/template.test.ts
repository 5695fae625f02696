// Templates read as CloudFormation would: small ones for each intrinsic function, and the service's own, whole.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ENV } from "../../functions/contract/env.ts";
import { type AttributeOf, readTemplates } from "../../local/template.ts";

const place = { region: "us-east-1", accountId: "123456789012" };
const attributeOf: AttributeOf = ({ stack, id }, attribute) => `${stack}/${id}/${attribute}`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "templates-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (stack: string, Properties: object, more: object = {}): string => {
  const file = join(folder, `${stack}.template.json`);
  writeFileSync(file, JSON.stringify({ Resources: { Thing: { Type: "X::Y", Properties }, Other: { Type: "X::Z" } }, ...more }));
  return file;
};
const read = (...files: string[]) => readTemplates(files, place, attributeOf);
const resolved = (value: unknown): unknown => read(write("A", { value }))[0]?.properties().value;

/** A placeholder as Fn::Sub writes it. */
const hole = (name: string): string => ["$", "{", name, "}"].join("");

describe("an intrinsic function", () => {
  test.each<[string, unknown, unknown]>([
    ["Ref", { Ref: "Other" }, "A/Other/Ref"],
    ["Ref to the region", { Ref: "AWS::Region" }, "us-east-1"],
    ["GetAtt", { "Fn::GetAtt": ["Other", "Arn"] }, "A/Other/Arn"],
    ["Join", { "Fn::Join": ["-", ["a", { Ref: "AWS::AccountId" }]] }, "a-123456789012"],
    ["Select of Split", { "Fn::Select": [1, { "Fn::Split": ["/", "a/b/c"] }] }, "b"],
    ["Sub", { "Fn::Sub": `x-${hole("AWS::Region")}-${hole("Other.Arn")}-${hole("!Keep")}` }, `x-us-east-1-A/Other/Arn-${hole("Keep")}`],
    ["Sub with names of its own", { "Fn::Sub": [`${hole("name")}!`, { name: { Ref: "Other" } }] }, "A/Other/Ref!"],
    ["NoValue", [{ a: 1, b: { Ref: "AWS::NoValue" } }, { Ref: "AWS::NoValue" }], [{ a: 1 }]],
  ])("%s is resolved", (_, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test("that is not known is an error, never a guess", () => {
    expect(() => resolved({ "Fn::Cidr": ["10.0.0.0/16", 1] })).toThrow("Fn::Cidr");
    expect(() => resolved({ Ref: "Missing" })).toThrow("Missing");
  });

  test("that imports finds what an earlier stack exports, and nothing else", () => {
    const first = write("First", {}, { Outputs: { Out: { Value: { Ref: "Other" }, Export: { Name: "shared" } } } });
    const second = write("Second", { value: { "Fn::ImportValue": "shared" } });
    expect(read(first, second)[2]?.properties()).toEqual({ value: "First/Other/Ref" });
    expect(() => read(second)[0]?.properties()).toThrow("shared");
  });
});

test("the service's own templates resolve whole, and every function's bundle is there", () => {
  const resources = read(...inject("templates"));
  const functions = resources.filter(({ type }) => type === "AWS::Lambda::Function");
  expect(functions).toHaveLength(Object.keys(ENV).length);
  for (const { asset } of functions) expect(existsSync(join(asset ?? "", "index.mjs"))).toBe(true);
  // The notifier has no variables, and the function that asks Apple knows no table.
  const told = functions.flatMap(({ properties }) => properties().Environment ?? []);
  expect(told).toHaveLength(functions.length - 1);
  const withTables = told.filter((each) => !JSON.stringify(each).includes('"APPLE_API":"https') || JSON.stringify(each).includes("_TABLE"));
  expect(withTables).toHaveLength(functions.length - 2);
  for (const each of withTables) expect(each).toMatchObject({ Variables: { CUSTODY_TABLE: "ContentTokensRecords/CustodyLog/Ref" } });
  for (const { properties } of resources) expect(JSON.stringify(properties())).not.toMatch(/"(Ref|Fn::\w+)":/);
});
