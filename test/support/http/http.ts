// A small HTTP server on 127.0.0.1 that answers as a test says: stand-in for services of which only a call or two is needed, over a real socket.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

export type Asked = { readonly method: string; readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: string };
export type Answered = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string };

/** Whatever an answer is not: a connection that breaks in the middle of it. */
export const BROKEN = "broken";

export type TestServer = { readonly url: string; readonly asked: Asked[]; close(): Promise<void> };

const bodyOf = async (message: IncomingMessage): Promise<string> => Buffer.concat(await Array.fromAsync(message)).toString("utf8");

/** Serves until it is closed; `asked` keeps every request. */
export const serve = async (
  answer: (asked: Asked) => Answered | typeof BROKEN | Promise<Answered | typeof BROKEN>,
): Promise<TestServer> => {
  const asked: Asked[] = [];
  const server = createServer(async (message, response) => {
    const { method = "", url: path = "", headers } = message;
    const one = { method, path, headers, body: await bodyOf(message) };
    asked.push(one);
    const answered = await answer(one);
    if (answered === BROKEN) response.destroy();
    else response.writeHead(answered.status ?? 200, answered.headers).end(answered.body);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** An answer of AWS's JSON protocol; `type` names the exception when it is one. */
export const json = (body: object, status = 200): Answered => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify(body),
});

export const exception = (type: string, message = type): Answered => json({ __type: type, message }, 400);

/** DynamoDB Local keeps a database for each access key, so that test files that share one server do not meet in its tables. */
export const TEST_KEY_ID = `TEST${randomBytes(8).toString("hex")}`;

/** What clients of AWS need to sign with: nobody checks it. */
export const TO_TEST = { region: "us-east-1", credentials: { accessKeyId: TEST_KEY_ID, secretAccessKey: "local" }, maxAttempts: 1 };
