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

const DOMAIN = /^\.\/domain\//;

/** The rooms of functions/, from the top downwards. A room imports itself and the rooms that its entry names. */
const ROOMS = {
  entries: [
    "routes",
    "organization",
    "device-api",
    "accounts",
    "mdm-servers",
    "operations",
    "checks",
    "tokens",
    "licenses",
    "custody",
    "middleware",
    "aws",
  ],
  routes: ["organization", "accounts", "mdm-servers", "tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  organization: ["accounts", "mdm-servers", "tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  "device-api": ["accounts", "mdm-servers", "tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  checks: ["mdm-servers", "tokens", "middleware", "lib", "ports", "contract"],
  accounts: ["tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  "mdm-servers": ["tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  operations: ["tokens", "licenses", "custody", "middleware", "lib", "ports", "contract"],
  tokens: ["middleware", "lib", "ports", "contract"],
  licenses: ["middleware", "lib", "ports", "contract"],
  custody: ["middleware", "lib", "ports", "contract"],
  middleware: ["lib", "ports", "contract"],
  lib: ["ports", "contract"],
  aws: ["lib", "ports", "contract"],
  ports: ["contract"],
  contract: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Room = keyof typeof ROOMS;

const roomFiles = (room: string): RegExp => new RegExp(`^\\./functions/${room}/`);

/** Files that open connections to addresses outside of AWS. They know no SDK and no record, so nothing can be had through them. */
const DIALERS = /^functions\/(checks\/(ask-apple|check-file)|device-api\/notifications\/(call-address|resolve))\.ts$/;

/** Packages beside zod. */
const PACKAGES: Readonly<Partial<Record<Room, readonly RegExp[]>>> = {
  // The API's document is answered as it lies in docs/.
  routes: [/^\.\/docs\/openapi\.json$/],
  licenses: [/^csv-parse\/sync$/],
  middleware: [/^@middy\/core$/, /^aws-lambda$/],
  lib: [/^node:crypto$/],
  aws: [/^@aws-lambda-powertools\//, /^@aws-sdk\//, /^node:(crypto|timers\/promises)$/],
};

/** An entry composes routes or events with middleware and adapters; of the rules it knows only the shapes that it parses. */
const domainFor = (room: string): readonly RegExp[] =>
  room === "entries" ? [/^\.\/domain\/(device-api\/delivery|tokens\/content-token)\.ts$/] : [DOMAIN];

const rowOfRoom = ([room, below]: [string, readonly string[]]): [string, Row] => [
  `functions/${room}/`,
  {
    files: new RegExp(`^functions/${room}/(?!(notifications/)?(call-address|resolve|ask-apple|check-file)\\.ts$)`),
    may: [/^zod$/, ...domainFor(room), ...(PACKAGES[room as Room] ?? []), roomFiles(room), ...below.map(roomFiles)],
  },
];

const ROWS: Readonly<Record<string, Row>> = {
  "domain/": { files: /^domain\//, may: [/^zod$/, DOMAIN] },
  ...Object.fromEntries(Object.entries(ROOMS).map(rowOfRoom)),
  "functions that call others": {
    files: DIALERS,
    may: [
      /^zod$/,
      /^node:(dns\/promises|http|https|net)$/,
      DOMAIN,
      /^\.\/functions\/(checks\/(ask-apple|check-file)|device-api\/notifications\/(call-address|resolve))\.ts$/,
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
      /^\.\/functions\/contract\//,
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
    may: [
      /^zod$/,
      /^node:(fs|path)$/,
      DOMAIN,
      /^\.\/functions\/(routes|device-api|middleware|lib|organization|accounts|mdm-servers|tokens|licenses|custody)\//,
      /^\.\/openapi\//,
    ],
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
      /^\.\/functions\/(lib\/hash|aws\/(custody|seals))\.ts$/,
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
      /^\.\/functions\/(contract|ports|aws|operations|tokens)\//,
      // The acts that are measured, and no route.
      /^\.\/functions\/(licenses\/assign|device-api\/(jobs\/run-job|enqueue-job)|middleware\/mdm-handler|lib\/hash|tokens\/authenticate)\.ts$/,
      /^\.\/infra\/bundle\.ts$/,
      /^\.\/local\/dynamodb\.ts$/,
      /^\.\/test\/support\/(adapters\/contention|builders\/make|database\/table)\.ts$/,
      /^\.\/bench\//,
      // What a bare handler is written with, in the text of its source.
      /^\$\{from\}$/,
    ],
  },
  "the root": { files: /^[a-z.]+\.ts$/, may: [/^vitest\//, /^\.\/test\/support\/runner\/closing-line\.ts$/] },
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
  ["domain/accounts/account.ts", "node:crypto"],
  ["functions/lib/publish.ts", "@aws-sdk/client-s3"],
  ["functions/lib/publish.ts", "../aws/table.ts"],
  ["functions/entries/admin.lambda.ts", "@aws-sdk/client-s3"],
  ["functions/entries/admin.lambda.ts", "../../domain/accounts/account.ts"],
  ["functions/organization/list-locations.ts", "../aws/table.ts"],
  ["functions/aws/table.ts", "../routes/admin-routes.ts"],
  ["functions/middleware/http.ts", "../aws/connect.ts"],
  ["functions/device-api/notifications/call-address.ts", "../../aws/connect.ts"],
  ["functions/device-api/notifications/call-address.ts", "@aws-sdk/client-lambda"],
  ["functions/checks/ask-apple.ts", "../aws/connect.ts"],
  ["functions/checks/check-file.ts", "@aws-sdk/client-s3"],
  ["functions/tokens/issue.ts", "../mdm-servers/identify.ts"],
  ["functions/lib/publish.ts", "../tokens/shown.ts"],
  ["functions/ports/links.ts", "../lib/publish.ts"],
  ["infra/app.ts", "../functions/aws/table.ts"],
  ["local/place.ts", "../functions/aws/table.ts"],
  ["local/place.ts", "../infra/bundle.ts"],
  ["local/gateway.ts", "../domain/accounts/account.ts"],
  ["local/demo/walk.ts", "../../functions/ports/ports.ts"],
  ["openapi/document.ts", "../functions/aws/table.ts"],
  ["client/client.ts", "../domain/accounts/account.ts"],
  ["client/client.ts", "zod"],
  ["bench/scan.ts", "../functions/routes/admin-routes.ts"],
  ["audit/verify.ts", "../functions/custody/seal.ts"],
  ["audit/main.ts", "../local/service.ts"],
])("%s may not import %s", (file, specifier) => {
  const [row = ""] = rowsOf(file);
  expect(strays(file, `import "${specifier}";`, ROWS[row]?.may ?? [])).toHaveLength(1);
});

/** The files of one cycle of imports, in their order; `undefined` without one. */
const findCycle = (imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
};

test("no files import each other in a cycle", () => {
  const imports = new Map(
    sources.map((file) => [
      file,
      importsOf(readFileSync(join(root, file), "utf8")).map((specifier) => resolved(file, specifier).replace(/^\.\//, "")),
    ]),
  );
  expect(findCycle(imports)).toBeUndefined();
  const edges = (...pairs: readonly [string, string][]) => new Map(pairs.map(([from, to]) => [from, [to]]));
  expect(findCycle(edges(["a", "b"], ["b", "c"], ["c", "a"]))).toEqual(["a", "b", "c", "a"]);
  expect(findCycle(edges(["a", "b"], ["c", "b"]))).toBeUndefined();
});

test("rules read no clock and draw no randomness", () => {
  const rules = sources.filter((file) => file.startsWith("domain/"));
  expect(rules.length).toBeGreaterThan(0);
  const impure = rules.filter((file) =>
    /Date\.now|new Date\(\)|Math\.random|crypto\.|process\./.test(readFileSync(join(root, file), "utf8")),
  );
  expect(impure).toEqual([]);
});
