// Calls to addresses that somebody else chose, over real sockets: where they go, what is sent, and that nothing that the other side does leads elsewhere,
// lasts longer or is passed on.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { isPublicAddress } from "../../../../domain/device-api/address.ts";
import type { Delivery } from "../../../../domain/device-api/delivery.ts";
import { callAddress, type Network } from "../../../../functions/device-api/notifications/call-address.ts";
import { serve } from "../../../support/http/http.ts";
import { CERTIFICATE, NAME, type Notified, startNotified } from "../../../support/http/notified.ts";

const call = { url: `https://${NAME}/notify`, bearer: "s3cr3t", body: '{"notificationType":"TEST_NOTIFICATION","text":"ä"}' };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = async (answer: Parameters<typeof startNotified>[0] = (response) => response.end()): Promise<Notified> => {
  const server = await startNotified(answer);
  closing.push(server.close);
  return server;
};

/** A network in which names lead to the test's server, and its address, which isn't, is taken for a public one. */
const networkOf = ({ port }: Notified, over: Partial<Network> = {}): Partial<Network> => ({
  resolve: async () => ["127.0.0.1"],
  isPublic: (address) => address === "127.0.0.1" || isPublicAddress(address),
  port,
  ca: CERTIFICATE,
  ...over,
});

const refused = (why: string) => ({ delivered: false, why });

describe("what is sent", () => {
  test("is one POST of the body with the bearer, to the name that was given", async () => {
    const server = await start();
    expect(await callAddress(call, networkOf(server))).toEqual({ delivered: true });
    expect(server.names).toEqual([NAME]);
    expect(server.came).toEqual([
      {
        method: "POST",
        path: "/notify",
        headers: {
          host: `${NAME}:${server.port}`,
          authorization: "Bearer s3cr3t",
          "content-type": "application/json",
          "content-length": String(Buffer.byteLength(call.body)),
          "user-agent": "content-tokens",
          connection: "close",
        },
        body: call.body,
      },
    ]);
  });

  test("goes over a connection of its own each time", async () => {
    const server = await start();
    for (let count = 0; count < 2; count++) await callAddress(call, networkOf(server));
    await server.closed();
    expect(server.connections()).toBe(2);
  });
});

describe("an answer", () => {
  test.each<[number, Delivery | object]>([
    [200, { delivered: true }],
    [202, { delivered: true }],
    [204, { delivered: true }],
    [299, { delivered: true }],
    [300, refused("status_3xx")],
    [304, refused("status_3xx")],
    [400, refused("status_4xx")],
    [401, refused("status_4xx")],
    [500, refused("status_5xx")],
    [599, refused("status_5xx")],
    [600, refused("answer_unreadable")],
    [999, refused("answer_unreadable")],
  ])("of %d means %j", async (status, delivery) => {
    const server = await start((response) => response.socket?.end(`HTTP/1.1 ${status} Oh\r\ncontent-length: 0\r\n\r\n`));
    expect(await callAddress(call, networkOf(server))).toEqual(delivery);
  });

  test.each([301, 302, 303, 307, 308])("of %d that leads elsewhere is not followed", async (status) => {
    const inside = await serve(() => ({}));
    closing.push(inside.close);
    const server = await start((response, { url }) =>
      response.writeHead(url === "/notify" ? status : 200, { location: url === "/notify" ? `${inside.url}/` : "/again" }).end(),
    );
    expect(await callAddress(call, networkOf(server))).toEqual(refused("status_3xx"));
    expect([server.came.length, inside.asked]).toEqual([1, []]);
  });

  test.each<[string, (socket: Duplex) => unknown]>([
    ["no HTTP", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")],
    ["headers without end", (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(10 * 1024)}\r\n\r\n`)],
    ["many headers", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x: yyyyyyyyyyyyyyyyyyy\r\n".repeat(450)}\r\n`)],
  ])("that is %s is given up", async (_, write) => {
    const server = await start(({ socket }) => socket && write(socket));
    expect(await callAddress(call, networkOf(server))).toEqual(refused("answer_unreadable"));
    await server.closed();
  });

  test("that switches the protocol is none", async () => {
    const server = await start((response) => response.socket?.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"));
    expect(await callAddress(call, networkOf(server))).toEqual(refused("answer_unreadable"));
    await server.closed();
  });

  test("is not read beyond its headers: a body without end keeps nobody", async () => {
    const server = await start(async (response) => {
      const chunk = Buffer.alloc(64 * 1024);
      response.on("error", () => undefined).writeHead(200);
      while (!response.destroyed) {
        response.write(chunk);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    expect(await callAddress(call, networkOf(server))).toEqual({ delivered: true });
    await server.closed();
    expect(server.came).toHaveLength(1);
  });

  test("whose connection breaks is none", async () => {
    const server = await start((response) => response.destroy());
    expect(await callAddress(call, networkOf(server))).toEqual(refused("unreachable"));
  });
});

describe("time", () => {
  const soon = { deadlineMilliseconds: 400 };
  /** Goes on writing until it is cut off. */
  const drip = async (socket: Duplex, drop: string): Promise<void> => {
    socket.on("error", () => undefined);
    while (!socket.destroyed) {
      socket.write(drop);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test.each<[string, (socket: Duplex) => unknown]>([
    ["says nothing", () => undefined],
    ["answers a letter at a time", (socket) => socket.write("HTTP/1.1 200 OK\r\nx: ") && drip(socket, "y")],
    ["goes on to say that it goes on", (socket) => drip(socket, "HTTP/1.1 102 Processing\r\n\r\n")],
  ])("is up for a server that %s", async (_, write) => {
    const server = await start(({ socket }) => void (socket && write(socket)));
    expect(await callAddress(call, networkOf(server, soon))).toEqual(refused("timed_out"));
    await server.closed();
  });

  test("is up for one that does not even begin with TLS", async () => {
    const server = await start();
    const silent = createServer((socket) => socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => void silent.close(() => resolve())));
    const { port } = silent.address() as { port: number };
    expect(await callAddress(call, networkOf(server, { ...soon, port }))).toEqual(refused("timed_out"));
  });

  test("is up for a name that never resolves, and the question is taken back", async () => {
    const server = await start();
    let isTakenBack = false;
    const takeBack = (): void => {
      isTakenBack = true;
    };
    const resolve: Network["resolve"] = (_, signal) => new Promise(() => signal.addEventListener("abort", takeBack));
    expect(await callAddress(call, networkOf(server, { ...soon, resolve }))).toEqual(refused("timed_out"));
    expect([isTakenBack, server.connections()]).toEqual([true, 0]);
  });
});

describe("a certificate", () => {
  test.each<[string, string, Partial<Network>]>([
    ["of another name", "https://other.example/", {}],
    ["of a name above", "https://mdm.notify.example/", {}],
    ["that no authority vouches for", call.url, { ca: undefined as never }],
  ])("%s is refused before anything is sent", async (_, url, over) => {
    const server = await start();
    const { ca, ...network } = { ...networkOf(server), ...over };
    expect(await callAddress({ ...call, url }, ca === undefined ? network : { ...network, ca })).toEqual(refused("certificate_refused"));
    await server.closed();
    expect([server.connections(), server.came]).toEqual([1, []]);
  });

  test("is not asked from a server that speaks plainly: nothing is sent to it", async () => {
    const plain = await serve(() => ({}));
    closing.push(plain.close);
    const server = await start();
    expect(await callAddress(call, networkOf(server, { port: Number(new URL(plain.url).port) }))).toEqual(refused("unreachable"));
    expect(plain.asked).toEqual([]);
  });
});

describe("a name", () => {
  test("is resolved once, and the connection goes to what was judged: what it leads to later does not count", async () => {
    const server = await start();
    const answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.2"]];
    const asked: string[] = [];
    const resolve: Network["resolve"] = async (host) => {
      asked.push(host);
      return answers[asked.length - 1] ?? [];
    };
    expect(await callAddress(call, networkOf(server, { resolve }))).toEqual({ delivered: true });
    expect([asked, server.came.length]).toEqual([[NAME], 1]);
  });

  test.each([
    [["127.0.0.1", "10.0.0.1"]],
    [["10.0.0.1", "127.0.0.1"]],
    [["127.0.0.1", "8.8.8.8", "169.254.169.254"]],
    [["127.0.0.1", "::1"]],
    [["::ffff:127.0.0.1"]],
    [["::ffff:7f00:1"]],
    [["fd00:ec2::254"]],
    [["64:ff9b::7f00:1"]],
    [["fe80::1%lo"]],
    [["127.0.0.1", "localhost"]],
    [["127.0.0.1", ""]],
  ])("that leads to %j is not called, at none of them", async (addresses) => {
    const server = await start();
    expect(await callAddress(call, networkOf(server, { resolve: async () => addresses }))).toEqual(refused("address_not_public"));
    expect(server.connections()).toBe(0);
  });

  test("that leads to several is called at the next one when one does not answer", async () => {
    const server = await start();
    const network = networkOf(server, { isPublic: () => true, resolve: async () => ["127.0.0.2", "127.0.0.1"] });
    expect(await callAddress(call, network)).toEqual({ delivered: true });
  });

  test("that leads nowhere is unresolvable, whether the resolver says so or fails", async () => {
    const server = await start();
    expect(await callAddress(call, networkOf(server, { resolve: async () => [] }))).toEqual(refused("unresolvable"));
    expect(await callAddress(call, networkOf(server, { resolve: () => Promise.reject(new Error("SERVFAIL")) }))).toEqual(
      refused("unresolvable"),
    );
  });

  test("at which nobody listens is unreachable", async () => {
    const server = await start();
    await server.close();
    expect(await callAddress(call, networkOf(server))).toEqual(refused("unreachable"));
  });
});

describe("a URL that may not be called is not, and its name is not even asked for", () => {
  test.each([
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://notify.example./",
    "https://notify.example:8443/",
    "https://notify.example@127.0.0.1/",
    "https://me:secret@notify.example/",
    "https://notify.example\\@127.0.0.1/",
    "https://notify.example/?a",
    "http://notify.example/",
    "http://localhost/",
    "nonsense",
  ])("%s", async (url) => {
    const server = await start();
    const asked: string[] = [];
    const resolve: Network["resolve"] = async (host) => {
      asked.push(host);
      return ["127.0.0.1"];
    };
    expect(await callAddress({ ...call, url }, networkOf(server, { resolve }))).toEqual(refused("url_not_allowed"));
    expect([asked, server.connections()]).toEqual([[], 0]);
  });
});

test("this machine is called where that is allowed, plainly too, and at no other address of it", async () => {
  const here = await serve(() => ({ status: 204 }));
  closing.push(here.close);
  expect(await callAddress({ ...call, url: `${here.url}/n` }, { loopback: "allowed" })).toEqual({ delivered: true });
  expect(await callAddress({ ...call, url: `${here.url}/n` })).toEqual(refused("url_not_allowed"));
  const other = here.url.replace("127.0.0.1", "127.0.0.2");
  expect(await callAddress({ ...call, url: other }, { loopback: "allowed" })).toEqual(refused("url_not_allowed"));
  expect(here.asked.map(({ method, path, body }) => ({ method, path, body }))).toEqual([{ method: "POST", path: "/n", body: call.body }]);
});

test("the environment has no say: neither a proxy that it names, nor its word that certificates need no proof", {
  timeout: 30_000,
}, async () => {
  const proxy = await serve(() => ({}));
  const here = await serve(() => ({}));
  closing.push(proxy.close, here.close);
  const server = await start();
  const source = `
    import { callAddress } from ${JSON.stringify(join(import.meta.dirname, "../../../../functions/device-api/notifications/call-address.ts"))};
    const call = ${JSON.stringify(call)};
    const away = { resolve: async () => ["127.0.0.1"], isPublic: () => true, port: ${server.port} };
    const answers = [await callAddress({ ...call, url: ${JSON.stringify(here.url)} }, { loopback: "allowed" }), await callAddress(call, away)];
    console.log(JSON.stringify(answers));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    env: { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  });
  expect(JSON.parse(stdout)).toEqual([{ delivered: true }, refused("certificate_refused")]);
  expect([proxy.asked, here.asked.length, server.came]).toEqual([[], 1, []]);
});
