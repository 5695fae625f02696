// Who may import whom. Every source file falls under one row and may reach only what that row names; everything else is refused, so that rules
// stay free of the world.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

type Row = {
  /** The files it is about, by their path. */
  readonly files: RegExp;
  /** Packages by name, files of ours by their path from the root. */
  readonly may: readonly RegExp[];
};

/** What handlers stand on: files directly in functions/ that are no entries. */
const SHARED = /^\.\/functions\/(ports\/)?[a-z-]+\.ts$/;
const DOMAIN = /^\.\/domain\//;

const ROWS: Readonly<Record<string, Row>> = {
  "domain/": { files: /^domain\//, may: [/^zod$/, DOMAIN] },
  "functions/": { files: /^functions\/(ports\/)?[a-z-]+\.ts$/, may: [/^zod$/, /^node:crypto$/, DOMAIN, SHARED] },
  // An entry puts a door, handlers and ports together; it decides nothing and knows no SDK.
  "functions/*.lambda.ts": {
    files: /^functions\/[a-z-]+\.lambda\.ts$/,
    may: [/^zod$/, /^\.\/domain\/delivery\.ts$/, /^\.\/functions\/(api|apple|aws|checks|doors|events|mdm|notify|schedule|work)\//],
  },
  "functions/doors/": {
    files: /^functions\/doors\//,
    may: [
      /^@middy\/core$/,
      /^aws-lambda$/,
      /^zod$/,
      DOMAIN,
      // The door of MDM servers lets in by a token, and notes what it is used for.
      /^\.\/functions\/((ports|handle|handle-mdm|hash|identity|token-bearer|unfinished|use)\.ts$|ports\/)/,
      /^\.\/functions\/doors\//,
    ],
  },
  // The API's document is answered as it lies in docs/.
  "functions/api/": {
    files: /^functions\/api\//,
    may: [/^zod$/, /^csv-parse\/sync$/, DOMAIN, SHARED, /^\.\/functions\/(api|doors)\//, /^\.\/docs\/openapi\.json$/],
  },
  "functions/mdm/": { files: /^functions\/mdm\//, may: [/^zod$/, DOMAIN, SHARED, /^\.\/functions\/(mdm|doors)\//] },
  "functions/work/": { files: /^functions\/work\//, may: [/^zod$/, DOMAIN, SHARED, /^\.\/functions\/work\//] },
  "functions/events/": { files: /^functions\/events\//, may: [/^zod$/, DOMAIN, SHARED, /^\.\/functions\/events\//] },
  "functions/schedule/": { files: /^functions\/schedule\//, may: [DOMAIN, SHARED, /^\.\/functions\/schedule\//] },
  "functions/checks/": { files: /^functions\/checks\//, may: [/^zod$/, DOMAIN, SHARED, /^\.\/functions\/checks\//] },
  // It opens connections to whoever is named to it, and knows no SDK with which it could reach data.
  "functions/notify/": {
    files: /^functions\/notify\//,
    may: [/^zod$/, /^node:(dns\/promises|http|https|net)$/, DOMAIN, SHARED, /^\.\/functions\/notify\//],
  },
  // It sends tokens to Apple, and knows no SDK with which it could reach other data.
  "functions/apple/": { files: /^functions\/apple\//, may: [/^node:(http|https|net)$/, DOMAIN, /^\.\/functions\/apple\//] },
  "functions/aws/": {
    files: /^functions\/aws\//,
    may: [
      /^@aws-lambda-powertools\//,
      /^@aws-sdk\//,
      /^zod$/,
      /^node:(crypto|timers\/promises)$/,
      DOMAIN,
      /^\.\/functions\/((ports|env|cursor|hash|metrics)\.ts|ports\/|aws\/)/,
    ],
  },
  // The stacks know of the functions what they are called, which routes they serve, what they are told and what they measure: never how they work.
  "infra/": {
    files: /^infra\//,
    may: [
      /^aws-cdk-lib(\/|$)/,
      /^constructs$/,
      /^esbuild$/,
      /^zod$/,
      /^node:(fs|module|path)$/,
      DOMAIN,
      /^\.\/functions\/(env|metrics|published-events|routes)\.ts$/,
      /^\.\/infra\//,
    ],
  },
  // The stand-ins know the service by its templates and bundles alone: what ran here would otherwise not be what is deployed.
  "local/": {
    files: /^local\/(?!demo\/)/,
    may: [/^node:/, /^@aws-sdk\/client-(cognito-identity-provider|dynamodb|sqs)$/, /^(croner|fauxqs|jose|node-forge|zod)$/, /^\.\/local\//],
  },
  // The API's document, its pages and its client's types: made from the routes, and from nothing that runs.
  "openapi/": {
    files: /^openapi\//,
    may: [/^zod$/, /^node:(fs|path)$/, DOMAIN, /^\.\/functions\/(handle\.ts|(api|doors|mdm)\/)/, /^\.\/openapi\//],
  },
  // The client can be copied as it is: it knows nothing of the service but its document.
  "client/": { files: /^client\//, may: [/^\.\/client\//] },
  // The demo writes a token file as Apple would, and calls the API as any client.
  "local/demo/": {
    files: /^local\/demo\//,
    may: [/^node:/, /^@aws-sdk\/client-(cognito-identity-provider|dynamodb|lambda)$/, DOMAIN, /^\.\/(client|local)\//],
  },
  // Whoever verifies reads what the service wrote by the service's own reading of it, and finds it where the run on one machine keeps it.
  "audit/": {
    files: /^audit\//,
    may: [
      /^node:/,
      /^@aws-sdk\/(client-(dynamodb|s3)|lib-dynamodb)$/,
      /^zod$/,
      DOMAIN,
      /^\.\/functions\/(hash|aws\/(custody|seals))\.ts$/,
      /^\.\/local\/(names|place|session)\.ts$/,
      /^\.\/audit\//,
    ],
  },
  "bench/": {
    files: /^bench\//,
    may: [
      /^node:/,
      /^@aws-sdk\/(client|lib)-dynamodb$/,
      /^esbuild$/,
      /^zod$/,
      DOMAIN,
      /^\.\/functions\/((env|ports)\.ts|(aws|schedule)\/)/,
      // The acts that are measured, and no route.
      /^\.\/functions\/(api\/assign-licenses|work\/do-work|handle-mdm|hash|ordered|token-bearer)\.ts$/,
      /^\.\/infra\/bundle\.ts$/,
      /^\.\/local\/dynamodb\.ts$/,
      /^\.\/test\/(contention|make|table)\.ts$/,
      /^\.\/bench\//,
      // What a bare handler is written with, in the text of its source.
      /^\$\{from\}$/,
    ],
  },
  "the root": { files: /^[a-z.]+\.ts$/, may: [/^vitest\//, /^\.\/test\/closing-line\.ts$/] },
};

const NOT_SOURCES = new Set(["node_modules", "dist", "cdk.out", ".git", ".local", "test"]);

const sources: readonly string[] = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !NOT_SOURCES.has(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: "utf8" }).map((name) => join(entry.name, name))
      : [entry.name],
  )
  .filter((file) => file.endsWith(".ts"));

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s}])(?:from|import)\s*\(?\s*["']([^"'\s]+)["']/g)].flatMap((match) => match[1] ?? []);

const resolved = (file: string, specifier: string): string =>
  specifier.startsWith(".") ? `./${relative(root, join(root, dirname(file), specifier))}` : specifier;

const strays = (file: string, text: string, allowed: readonly RegExp[]): string[] =>
  importsOf(text)
    .map((specifier) => resolved(file, specifier))
    .filter((target) => !allowed.some((pattern) => pattern.test(target)));

const rowsOf = (file: string): string[] => Object.keys(ROWS).filter((name) => ROWS[name]?.files.test(file));

test.each(sources)("%s falls under exactly one row", (file) => {
  expect(rowsOf(file)).toHaveLength(1);
});

describe.each(Object.entries(ROWS))("%s", (_, { files, may }) => {
  const own = sources.filter((file) => files.test(file));

  test.each(own)("%s imports only what its row names", (file) => {
    expect(strays(file, readFileSync(join(root, file), "utf8"), may)).toEqual([]);
  });

  test("a stray import would be found", () => {
    expect(own).not.toEqual([]);
    const text = 'import { exec } from "left-pad";\nimport "right-pad";';
    expect(strays(own[0] ?? "", text, may)).toEqual(["left-pad", "right-pad"]);
  });
});

test.each([
  ["domain/account.ts", "node:crypto"],
  ["functions/announce.ts", "@aws-sdk/client-s3"],
  ["functions/announce.ts", "./aws/table.ts"],
  ["functions/admin.lambda.ts", "@aws-sdk/client-s3"],
  ["functions/admin.lambda.ts", "../domain/account.ts"],
  ["functions/api/locations.ts", "../aws/table.ts"],
  ["functions/aws/table.ts", "../api/admin-routes.ts"],
  ["functions/doors/http.ts", "../aws/connect.ts"],
  ["functions/notify/call-address.ts", "../aws/connect.ts"],
  ["functions/notify/call-address.ts", "@aws-sdk/client-lambda"],
  ["functions/apple/ask-apple.ts", "../aws/connect.ts"],
  ["functions/apple/check-file.ts", "@aws-sdk/client-s3"],
  ["functions/checks/run-check.ts", "../apple/ask-apple.ts"],
  ["infra/app.ts", "../functions/aws/table.ts"],
  ["local/place.ts", "../functions/aws/table.ts"],
  ["local/place.ts", "../infra/bundle.ts"],
  ["local/gateway.ts", "../domain/account.ts"],
  ["local/demo/walk.ts", "../../functions/ports.ts"],
  ["openapi/document.ts", "../functions/aws/table.ts"],
  ["client/client.ts", "../domain/account.ts"],
  ["client/client.ts", "zod"],
  ["bench/scan.ts", "../functions/api/admin-routes.ts"],
  ["audit/verify.ts", "../functions/schedule/seal-custody.ts"],
  ["audit/main.ts", "../local/service.ts"],
])("%s may not import %s", (file, specifier) => {
  const [row = ""] = rowsOf(file);
  expect(strays(file, `import "${specifier}";`, ROWS[row]?.may ?? [])).toHaveLength(1);
});

test("rules read no clock and draw no randomness", () => {
  const rules = sources.filter((file) => file.startsWith("domain/"));
  expect(rules.length).toBeGreaterThan(0);
  const impure = rules.filter((file) =>
    /Date\.now|new Date\(\)|Math\.random|crypto\.|process\./.test(readFileSync(join(root, file), "utf8")),
  );
  expect(impure).toEqual([]);
});
