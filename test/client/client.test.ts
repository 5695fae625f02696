// The typed client over a real socket: where what is asked goes, what comes back, and what it makes of an answer that nobody documented.
import { afterEach, describe, expect, test } from "vitest";
import { clientOf, Refused, succeeded, UnexpectedAnswer } from "../../client/client.ts";
import { type Answered, serve, type TestServer } from "../support/http/http.ts";

const id = `ct_${"0".repeat(26)}`;
const link = { url: "https://example.org/x", expiresAt: "2026-06-01T12:00:00.000Z", fileName: "x", sha256: "0" };

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const answering = async (answered: Answered) => {
  server = await serve(() => ({ headers: { "content-type": "application/json" }, ...answered }));
  return { call: clientOf(server.url, "b-1"), asked: server.asked };
};

describe("a request", () => {
  test("has what is in braces in its path, and the rest of a write in its body", async () => {
    const { call, asked } = await answering({ status: 201, body: JSON.stringify(link) });
    await call("POST /v1/content-tokens/{id}/downloads", { id: "a/b", linkSeconds: 30 });
    expect(asked).toMatchObject([{ method: "POST", path: "/v1/content-tokens/a%2Fb/downloads", body: '{"linkSeconds":30}' }]);
    expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer b-1", accept: "application/json" });
  });

  test("has the rest of a read in its query, and no body", async () => {
    const { call, asked } = await answering({ body: '{"items":[]}' });
    await call("GET /v1/content-tokens", { state: "active", limit: 10 });
    await call("GET /v1/content-tokens");
    expect(asked.map(({ path, body }) => [path, body])).toEqual([
      ["/v1/content-tokens?state=active&limit=10", ""],
      ["/v1/content-tokens", ""],
    ]);
  });

  test("bears the headers that the route heeds, and no bearer where none is given", async () => {
    const { call, asked } = await answering({ body: '{"status":"ok"}' });
    await call("PATCH /v1/organization", { name: "New" }, { "if-match": '"3"' });
    await clientOf(server?.url ?? "")("GET /v1/health");
    expect(asked[0]?.headers["if-match"]).toBe('"3"');
    expect(asked[1]?.headers.authorization).toBeUndefined();
  });
});

describe("an answer", () => {
  test("is what the route answered, by its status", async () => {
    const { call } = await answering({ status: 201, body: JSON.stringify(link) });
    const answer = await call("POST /v1/content-tokens/{id}/downloads", { id });
    expect(answer.status === 201 ? answer.body.url : undefined).toBe(link.url);
    expect(succeeded(answer).sha256).toBe("0");
  });

  test("that refuses is one too, with its reason; asked for its success, it throws", async () => {
    const problem = { reason: "token_expired", detail: "It expired.", status: 410 };
    const { call } = await answering({ status: 410, body: JSON.stringify(problem) });
    const answer = await call("POST /v1/content-tokens/{id}/downloads", { id });
    expect(answer.status === 410 ? answer.body.reason : undefined).toBe("token_expired");
    const thrown = (): unknown => succeeded(answer);
    expect(thrown).toThrow(Refused);
    expect(thrown).toThrow(expect.objectContaining({ status: 410, reason: "token_expired", message: "It expired." }));
  });

  test("of the gateway has no reason", async () => {
    const { call } = await answering({ status: 401, body: '{"message":"Unauthorized"}' });
    const answer = await call("GET /v1/locations");
    expect(() => succeeded(answer)).toThrow(expect.objectContaining({ name: "Refused", status: 401, reason: undefined }));
  });

  test("that leads elsewhere is not followed: where it leads is a secret", async () => {
    const { call, asked } = await answering({ status: 303, headers: { location: "/elsewhere", etag: '"x"' }, body: "" });
    const answer = await call("GET /v1/fetch/content-token");
    expect([answer.status, answer.headers.get("location"), answer.body]).toEqual([303, "/elsewhere", undefined]);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ["a status that the route does not have", { status: 404, body: "{}" }],
    ["a body that is no JSON", { status: 200, body: "<html>" }],
  ])("with %s is unexpected", async (_, answered) => {
    const { call } = await answering(answered);
    await expect(call("GET /v1/locations")).rejects.toThrow(UnexpectedAnswer);
  });
});

test("what a route does not take, or does not answer, does not compile", async () => {
  const { call } = await answering({ body: '{"items":[]}' });
  // @ts-expect-error There is no such route.
  await expect(call("GET /v1/nothing")).rejects.toThrow();
  // @ts-expect-error A list of tokens has three states.
  await call("GET /v1/content-tokens", { state: "good" });
  // @ts-expect-error It heeds no Idempotency-Key.
  await call("GET /v1/content-tokens", {}, { "idempotency-key": "k" });
  const answer = await call("GET /v1/locations");
  // @ts-expect-error It never answers 201.
  expect(answer.status === 201).toBe(false);
  // @ts-expect-error No route without a path is asked without one.
  await expect(call("GET /v1/locations/{id}")).resolves.toBeDefined();
});
