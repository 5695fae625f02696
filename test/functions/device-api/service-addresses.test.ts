// The origin of the addresses that MDM servers discover. They send their token there, so that no client may choose it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import type { Address } from "../../../functions/middleware/mdm-event.ts";
import { makeService } from "../../support/scenarios/service.ts";

const DOMAIN = "api.example.org";

const originsFor = async (address: Address, headers: Readonly<Record<string, string>>): Promise<Set<string>> => {
  const { ports } = await makeService();
  const answer = await mdm(mdmRoutes(), ports, { requestsPerSecond: 15, ...address })({
    routeKey: "ANY /mdm/{proxy+}",
    rawPath: "/mdm/v2/service/config",
    headers,
    requestContext: { requestId: "r", domainName: DOMAIN, http: { method: "GET" } },
  });
  expect(answer.statusCode).toBe(200);
  const { urls } = JSON.parse(answer.body) as { urls: Record<string, string> };
  return new Set(Object.values(urls).map((url) => new URL(url).origin));
};

test.each<[string, Address, string]>([
  ["the domain name of the gateway, over https", {}, `https://${DOMAIN}`],
  ["the public URL where one is configured", { publicUrl: "https://mdm.example.org:8443" }, "https://mdm.example.org:8443"],
  ["plain http where the local run says so", { scheme: "http" }, `http://${DOMAIN}`],
  ["the public URL before all else", { publicUrl: "https://mdm.example.org", scheme: "http" }, "https://mdm.example.org"],
])("addresses are of %s", async (_, address, origin) => {
  expect(await originsFor(address, {})).toEqual(new Set([origin]));
});

test("no header changes the addresses", async () => {
  const name = fc.constantFrom(
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "forwarded",
    "host",
    "x-original-host",
    "x-host",
  );
  const value = fc.constantFrom("http", "https", "evil.example", "evil.example:80", "host=evil.example;proto=http", "");
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value), async (headers) => {
      expect(await originsFor({}, headers)).toEqual(new Set([`https://${DOMAIN}`]));
      expect(await originsFor({ publicUrl: "https://mdm.example.org" }, headers)).toEqual(new Set(["https://mdm.example.org"]));
    }),
    { numRuns: 30 },
  );
});
