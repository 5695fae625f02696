// Requests to Apple over real sockets: what is sent and where, what each answer means, and that the token appears in the request and nowhere else.
import { execFile } from "node:child_process";
import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { askApple, type Connection } from "../../../functions/checks/ask-apple.ts";
import { serve } from "../../support/http/http.ts";
import { CERTIFICATE, NAME, type Notified, startNotified } from "../../support/http/notified.ts";

const TOKEN = Buffer.from(JSON.stringify({ token: "s3cr3t".repeat(30), expDate: "2030-01-01T00:00:00+0000", orgName: "P" })).toString(
  "base64",
);
const CONFIG = JSON.stringify({ locationName: "Pretendco", uId: "2049025000431439", countryISO2ACode: "US" });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = async (answer: Parameters<typeof startNotified>[0] = (response) => response.end(CONFIG)): Promise<Notified> => {
  const server = await startNotified(answer);
  closing.push(server.close);
  return server;
};

const lookup: NonNullable<Connection["lookup"]> = (_, { all }, answer) =>
  all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4);

/** Asks the test's server as if it were Apple's. */
const ask = (port: number, over: Partial<Connection> = {}, host = NAME, file = TOKEN) =>
  askApple(file, `https://${host}:${port}/mdm/v2`, { lookup, ca: CERTIFICATE, ...over });

const without = (noAnswer: string) => ({ outcome: "no-answer", evidence: { noAnswer } });
const raw = (response: ServerResponse, text: string): void => void response.socket?.end(text);

describe("the request", () => {
  test("is one GET with the file's text as bearer, to the host of the base URL", async () => {
    const server = await start();
    expect(await ask(server.port)).toEqual({
      outcome: "accepted",
      evidence: { status: 200, locationName: "Pretendco", uId: "2049025000431439", country: "US" },
    });
    expect(server.names).toEqual([NAME]);
    expect(server.came).toEqual([
      {
        method: "GET",
        path: "/mdm/v2/client/config",
        headers: {
          host: `${NAME}:${server.port}`,
          authorization: `Bearer ${TOKEN}`,
          accept: "application/json",
          "user-agent": "content-tokens",
          connection: "close",
        },
        body: "",
      },
    ]);
  });

  test.each([
    ["a line break at its end", `${TOKEN}\r\n`],
    ["wrapped lines", `${TOKEN.slice(0, 64)}\n${TOKEN.slice(64)}`],
    ["a byte order mark", `\uFEFF${TOKEN}`],
  ])("is one line for a file with %s", async (_, file) => {
    const server = await start();
    await ask(server.port, {}, NAME, file);
    expect(server.came.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
  });

  test.each([
    ["that would add a header", `${TOKEN}\r\nx-injected: yes`],
    ["that would end the request", `${TOKEN}\r\n\r\nGET / HTTP/1.1\r\nhost: other`],
    ["with a control character", `${TOKEN}\u0000`],
    ["with a character beyond ASCII", `${TOKEN}ä`],
    ["with two words", "Bearer:x y"],
    ["that is empty", ""],
    ["of white space", " \n"],
  ])("is nothing for a file %s", async (_, file) => {
    const server = await start();
    expect(await ask(server.port, {}, NAME, file)).toEqual(without("file_unavailable"));
    expect(server.connections()).toBe(0);
  });

  test.each(["http://127.0.0.1:1/mdm/v2", "https://user:secret@notify.example/mdm/v2", "nonsense"])(
    "is nothing to a base URL like %s",
    async (base) => {
      expect(await askApple(TOKEN, base, { lookup: () => expect.unreachable("a name was resolved") })).toEqual(without("unreachable"));
    },
  );
});

describe("an answer", () => {
  const failure = (errorNumber: number): string => JSON.stringify({ errorNumber, errorMessage: "no" });
  test.each<[string, number, string, object]>([
    ["200 with 9622", 200, failure(9622), { outcome: "unknown-to-apple", evidence: { status: 200, errorNumber: 9622 } }],
    ["401 with 9625", 401, failure(9625), { outcome: "revoked-by-apple", evidence: { status: 401, errorNumber: 9625 } }],
    ["401 with 9621", 401, failure(9621), { outcome: "expired", evidence: { status: 401, errorNumber: 9621 } }],
    ["429", 429, failure(9646), { outcome: "no-answer", evidence: { status: 429, errorNumber: 9646, noAnswer: "too_many_requests" } }],
    ["500", 500, "", { outcome: "no-answer", evidence: { status: 500, noAnswer: "server_error" } }],
    ["200 with a page", 200, "<html>Sign in</html>", { outcome: "no-answer", evidence: { status: 200, noAnswer: "unexpected_answer" } }],
    ["401 without a number", 401, "{}", { outcome: "no-answer", evidence: { status: 401, noAnswer: "unexpected_answer" } }],
  ])("of %s is read as such", async (_, status, body, expected) => {
    const server = await start((response) => response.writeHead(status).end(body));
    expect(await ask(server.port)).toEqual(expected);
  });

  test("that echoes the token keeps none of it", async () => {
    const echo = JSON.stringify({ errorNumber: 9999, errorMessage: TOKEN, token: TOKEN, mdmInfo: { metadata: TOKEN } });
    const server = await start((response) => response.writeHead(400, { "x-echo": TOKEN }).end(echo));
    expect(JSON.stringify(await ask(server.port))).not.toContain(TOKEN.slice(0, 20));
  });

  test("that repeats the token where evidence is kept is unreadable", async () => {
    const server = await start((response) => response.end(JSON.stringify({ locationName: `Your token is ${TOKEN}`, uId: "1" })));
    expect(await ask(server.port)).toEqual(without("answer_unreadable"));
  });

  test.each([301, 302, 303, 307, 308])("of %d that leads elsewhere is not followed", async (status) => {
    const elsewhere = await serve(() => ({ body: CONFIG }));
    closing.push(elsewhere.close);
    const server = await start((response) => response.writeHead(status, { location: `${elsewhere.url}/` }).end(failure(9625)));
    expect(await ask(server.port)).toEqual(without("redirected"));
    expect([server.came.length, elsewhere.asked]).toEqual([1, []]);
  });

  test("with a body beyond 64 KiB is cut off and unreadable, also if it begins like a configuration", async () => {
    const server = await start(async (response) => {
      const chunk = `${failure(9625)}${" ".repeat(16 * 1024)}`;
      response.on("error", () => undefined).writeHead(200);
      while (!response.destroyed) {
        response.write(chunk);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    expect(await ask(server.port)).toEqual(without("answer_unreadable"));
    await server.closed();
  });

  test("with a body of 64 KiB is read", async () => {
    const server = await start((response) => response.end(`${CONFIG.slice(0, -1)}${" ".repeat(64 * 1024 - CONFIG.length)}}`));
    expect((await ask(server.port)).outcome).toBe("accepted");
  });

  test.each<[string, (response: ServerResponse) => unknown, string]>([
    ["no HTTP", (response) => raw(response, "SSH-2.0-OpenSSH_9.2\r\n"), "answer_unreadable"],
    ["headers without end", (response) => raw(response, `HTTP/1.1 200 OK\r\nx: ${"y".repeat(20 * 1024)}\r\n\r\n`), "answer_unreadable"],
    [
      "another protocol",
      ({ socket }) => socket?.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
      "answer_unreadable",
    ],
    ["a connection that breaks", (response) => response.destroy(), "unreachable"],
    [
      "a body that breaks off",
      (response) => raw(response, `HTTP/1.1 401 No\r\ncontent-length: 500\r\n\r\n${failure(9625)}`),
      "unreachable",
    ],
  ])("of %s is none", async (_, write, why) => {
    const server = await start((response) => write(response));
    expect(await ask(server.port)).toEqual(without(why));
    await server.closed();
  });
});

describe("time", () => {
  const soon = { deadlineMilliseconds: 400 };
  const drip = async (socket: Duplex, drop: string): Promise<void> => {
    socket.on("error", () => undefined);
    while (!socket.destroyed) {
      socket.write(drop);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test.each<[string, (socket: Duplex) => unknown]>([
    ["says nothing", () => undefined],
    ["sends its headers a letter at a time", (socket) => socket.write("HTTP/1.1 200 OK\r\nx: ") && drip(socket, "y")],
    ["sends its body a letter at a time", (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n{") && drip(socket, " ")],
    ["goes on to announce that it goes on", (socket) => drip(socket, "HTTP/1.1 102 Processing\r\n\r\n")],
  ])("is up for a server that %s", async (_, write) => {
    const server = await start(({ socket }) => void (socket && write(socket)));
    expect(await ask(server.port, soon)).toEqual(without("timed_out"));
    await server.closed();
  });

  test("is up for a server that does not begin with TLS", async () => {
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => void silent.close(() => resolve())));
    const { port } = silent.address() as { port: number };
    expect(await ask(port, soon)).toEqual(without("timed_out"));
  });

  test("is up for a name that never resolves", async () => {
    expect(await ask(443, { ...soon, lookup: () => undefined })).toEqual(without("timed_out"));
  });
});

describe("the other side", () => {
  test.each<[string, string, Partial<Connection>]>([
    ["of another name", "other.example", {}],
    ["that no known authority certifies", NAME, { ca: undefined as never }],
  ])("with a certificate %s is sent nothing", async (_, host, over) => {
    const server = await start();
    const { ca, ...rest } = { ca: CERTIFICATE, ...over };
    const connection = { lookup, ...rest, ...(ca === undefined ? {} : { ca }) };
    expect(await askApple(TOKEN, `https://${host}:${server.port}/mdm/v2`, connection)).toEqual(without("certificate_refused"));
    await server.closed();
    expect([server.connections(), server.came]).toEqual([1, []]);
  });

  test("that speaks plain HTTP is sent nothing", async () => {
    const plain = await serve(() => ({ body: CONFIG }));
    closing.push(plain.close);
    expect(await ask(Number(new URL(plain.url).port))).toEqual(without("unreachable"));
    expect(plain.asked).toEqual([]);
  });

  test("that is not there, or has no address, is unreachable", async () => {
    const server = await start();
    await server.close();
    expect(await ask(server.port)).toEqual(without("unreachable"));
    expect(await ask(443, { lookup: (_, __, answer) => answer(new Error(`ENOTFOUND ${TOKEN}`), "") })).toEqual(without("unreachable"));
  });

  test("may be this machine over plain HTTP, only where that is permitted", async () => {
    const here = await serve(() => ({ body: CONFIG }));
    closing.push(here.close);
    const base = `${here.url}/mdm/v2`;
    expect((await askApple(TOKEN, base, { loopback: "allowed" })).outcome).toBe("accepted");
    expect(await askApple(TOKEN, base)).toEqual(without("unreachable"));
    expect(here.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /mdm/v2/client/config"]);
  });
});

test("the environment sets no proxy and can't switch off the verification of certificates", {
  timeout: 30_000,
}, async () => {
  const proxy = await serve(() => ({ body: CONFIG }));
  const here = await serve(() => ({ body: CONFIG }));
  closing.push(proxy.close, here.close);
  const server = await start();
  const source = `
    import { askApple } from ${JSON.stringify(join(import.meta.dirname, "../../../functions/checks/ask-apple.ts"))};
    const lookup = (_, { all }, answer) => all ? answer(null, [{ address: "127.0.0.1", family: 4 }]) : answer(null, "127.0.0.1", 4);
    const token = ${JSON.stringify(TOKEN)};
    const answers = [
      await askApple(token, ${JSON.stringify(here.url)}, { loopback: "allowed" }),
      await askApple(token, "https://${NAME}:${server.port}", { lookup }),
    ];
    console.log(JSON.stringify(answers));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    env: { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  });
  expect(JSON.parse(stdout)).toMatchObject([{ outcome: "accepted" }, without("certificate_refused")]);
  expect([proxy.asked, here.asked.length, server.came]).toEqual([[], 1, []]);
  expect(stdout + stderr).not.toContain(TOKEN);
});
