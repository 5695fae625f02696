// The changes that optional fields of the configuration make to the template.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACCOUNT_EVENTS } from "../../domain/accounts/account-event.ts";
import { parseConfig } from "../../infra/config.ts";
import { RecordsStack } from "../../infra/records-stack.ts";
import { ServiceStack } from "../../infra/service-stack.ts";
import { given } from "./given.ts";

let folder: string;
let plain: Template;
let configured: Template;

const synthesize = (over: object): Template => {
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, "../../cdk.json"), "utf8"));
  const app = new App({ outdir: mkdtempSync(join(folder, "out-")), context: { ...context, "aws:cdk:bundling-stacks": [] } });
  const config = parseConfig({ ...given, ...over }, "a test");
  return Template.fromStack(new ServiceStack(app, "Service", config, new RecordsStack(app, "Records", config, {}), {}));
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "configured-"));
  plain = synthesize({});
  configured = synthesize({ publicUrl: "https://mdm.example.org/", identitySources: ["example.identity", "hr/system"] });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patterns = (template: Template, id: string) =>
  Object.entries(template.findResources("AWS::Events::Rule"))
    .filter(([key]) => key.startsWith(id))
    .map(([, { Properties }]) => Properties.EventPattern);

describe("identitySources", () => {
  test("are the sources, besides the service's own, whose account events count", () => {
    expect(patterns(configured, "AccountFacts")).toEqual([
      { source: ["content-tokens", "example.identity", "hr/system"], "detail-type": [...ACCOUNT_EVENTS] },
    ]);
  });

  test("are none when they are left out", () => {
    expect(patterns(plain, "AccountFacts")).toEqual([{ source: ["content-tokens"], "detail-type": [...ACCOUNT_EVENTS] }]);
  });

  test("never count for events that only this service can know of", () => {
    const onBus = Object.values(configured.findResources("AWS::Events::Rule")).filter(
      ({ Properties }) => Properties.EventBusName !== undefined,
    );
    expect(onBus.length).toBeGreaterThan(2);
    for (const { Properties } of onBus) {
      const { source, "detail-type": types } = Properties.EventPattern;
      if (types.some((type: string) => !(ACCOUNT_EVENTS as readonly string[]).includes(type))) expect(source).toEqual(["content-tokens"]);
    }
  });
});

describe("publicUrl", () => {
  const environments = (template: Template) =>
    Object.entries(template.findResources("AWS::Lambda::Function")).map(
      ([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ""), Properties.Environment?.Variables?.PUBLIC_URL] as const,
    );

  test("is set, as an origin, for the function that MDM servers call, and for no other", () => {
    expect(environments(configured).filter(([, url]) => url !== undefined)).toEqual([["Mdm", "https://mdm.example.org"]]);
  });

  test("is set for no function when it is left out", () => {
    expect(environments(plain).length).toBeGreaterThan(5);
    expect(environments(plain).filter(([, url]) => url !== undefined)).toEqual([]);
  });
});
