// Starts that find something: more records than one page of a list, no session.json, and then TLS with a proxy in front.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { createServer, request, type Server } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sessionFile } from "../../local/session.ts";
import { callerOf } from "./documented.ts";
import { type Host, removeHost, startHost } from "./host.ts";

// A whole service is started, which takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const SERVICE_CONFIG = "/mdm/v2/service/config";
const LOCATIONS = 105;
const PROXY_HOST = "notify.example";

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");
const certificate = fixture("certificate.pem");

type Answer = { readonly status: number; readonly text: string };
const textOf = async (message: IncomingMessage): Promise<Answer> => ({
  status: message.statusCode ?? 0,
  text: (await message.toArray()).join(""),
});

/** A TLS proxy: it hands requests on to `target` and says how it was called, as proxies do. */
const startProxy = async (target: () => { readonly url: string; readonly ca: string }): Promise<Server> => {
  const server = createServer({ key: fixture("key.pem"), cert: certificate }, (incoming, response) => {
    const { url, ca } = target();
    const headers = { ...incoming.headers, "x-forwarded-proto": "https", "x-forwarded-host": incoming.headers.host };
    const onward = request(new URL(incoming.url ?? "/", url), { ca, headers, method: incoming.method, servername: "localhost" });
    onward.on("response", (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502)));
    onward.on("error", () => response.writeHead(502).end());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

let first: Host;
let host: Host;
let proxy: Server;
let publicUrl: string;
let plain: Answer;

/** Asks the first host over http, with the headers that a client chooses. */
const askPlain = (headers: Record<string, string>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = plainRequest(new URL(SERVICE_CONFIG, first.session.api), { headers });
    asked.on("response", (answer) => resolve(textOf(answer))).on("error", reject);
    asked.end();
  });

beforeAll(async () => {
  first = await startHost();
  for (let number = 0; number < LOCATIONS; number++)
    expect((await first.administrator("POST", "/v1/locations", { name: `School ${number}` })).status).toBe(201);
  plain = await askPlain({ "x-forwarded-proto": "https", "x-forwarded-host": "evil.example", forwarded: "host=evil.example;proto=https" });
  await first.stop();
  rmSync(sessionFile(first.directory));
  proxy = await startProxy(() => ({ url: host.session.api, ca: readFileSync(host.session.ca ?? "", "utf8") }));
  publicUrl = `https://${PROXY_HOST}:${(proxy.address() as AddressInfo).port}`;
  host = await startHost(first.directory, { tls: true, publicUrl });
}, 120_000);
afterAll(async () => {
  await removeHost(host);
  proxy.close();
});

describe("a start without session.json and with more locations than two pages hold", () => {
  test("finds the accounts, the primary location and the tokens that it made before", async () => {
    const { accounts } = host.session;
    expect(accounts.administrator.id).toBe(first.session.accounts.administrator.id);
    expect(accounts.contentManager.id).toBe(first.session.accounts.contentManager.id);
    const tokens = await host.administrator("GET", "/v1/content-tokens");
    expect(tokens.body.items).toHaveLength(2);
    const page = await host.administrator("GET", "/v1/locations?limit=100");
    expect(page.body.next).toBeDefined();
  });

  test("hands out a credential and a bearer that work", async () => {
    const [server] = host.session.mdmServers;
    const fetched = await callerOf(host.session.api, server?.credential ?? "")("GET", "/v1/fetch/content-token");
    expect(fetched.status).toBe(303);
    expect((await host.contentManager("GET", "/v1/locations")).status).toBe(200);
  });
});

const urlsIn = ({ text }: Answer): string[] => Object.values((JSON.parse(text) as { urls: Record<string, string> }).urls);

describe("the addresses that MDM servers discover", () => {
  test("are those at which the service was called, for any headers of a client", () => {
    expect(plain.status).toBe(200);
    for (const url of urlsIn(plain)) expect(url.startsWith(`${first.session.api}/mdm/v2/`)).toBe(true);
    expect(first.session.api).toMatch(/^http:/);
  });

  test("are the proxy's behind a TLS proxy that is configured", async () => {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const asked = request(`${publicUrl}${SERVICE_CONFIG}`, {
        ca: certificate,
        lookup: (_, __, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
      });
      asked.on("response", (response) => resolve(textOf(response))).on("error", reject);
      asked.end();
    });
    expect(answer.status).toBe(200);
    for (const url of urlsIn(answer)) expect(url.startsWith(`${publicUrl}/mdm/v2/`)).toBe(true);
  });
});

describe("the service with TLS", () => {
  test("writes its https address and the authority to trust into session.json", () => {
    expect(host.session.api).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(host.session.ca).toBe(join(host.directory, "tls/ca.pem"));
  });

  test("serves both names of this machine with its certificate, and no other host", async () => {
    const ca = readFileSync(host.session.ca ?? "", "utf8");
    const { port } = new URL(host.session.api);
    const ask = (name: string, headers: Record<string, string> = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request(`https://${name}:${port}${SERVICE_CONFIG}`, { ca, headers, servername: "localhost" });
        asked.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
        asked.end();
      });
    expect([await ask("127.0.0.1"), await ask("localhost")]).toEqual([200, 200]);
    expect(await ask("127.0.0.1", { host: "evil.example" })).toBe(403);
  });

  test("is not trusted by a client that was not given its authority", async () => {
    const { port } = new URL(host.session.api);
    const untrusted = new Promise((resolve, reject) => {
      const asked = request(`https://127.0.0.1:${port}${SERVICE_CONFIG}`, { ca: certificate });
      asked.on("response", resolve).on("error", reject);
      asked.end();
    });
    await expect(untrusted).rejects.toThrow();
  });

  test("does not speak plain http on that port", async () => {
    const { port, host: authority } = new URL(host.session.api);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`GET ${SERVICE_CONFIG} HTTP/1.1\r\nhost: ${authority}\r\nconnection: close\r\n\r\n`);
    const answered = (await socket.toArray().catch(() => [])).join("");
    expect(answered).not.toContain("errorCodes");
  });
});

test("a start with an empty database creates the organization again, also if other files were kept", async () => {
  const before = host.session.accounts.administrator;
  await host.stop();
  for (const name of readdirSync(host.directory).filter((each) => each.startsWith("dynamodb.sqlite"))) rmSync(join(host.directory, name));
  host = await startHost(host.directory);
  const { body } = await host.administrator("GET", "/v1/locations");
  expect(body.items).toHaveLength(2);
  expect(host.session.accounts.administrator.email).toBe(before.email);
  expect(host.session.api).toMatch(/^http:/);
});
