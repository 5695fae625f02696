// The service's API called with whatever one likes, right or wrong. For what is right there is the typed client, client/client.ts.
export type Reply = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers };
export type Caller = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Reply>;

/** Answers whatever the status, an empty body as `{}`, and follows no redirection; rejects only when nobody answered, or not in JSON. */
export const callerOf =
  (api: string, bearer: string): Caller =>
  async (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${api}${path}`, { method, headers: all, redirect: "manual", ...sent });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? {} : JSON.parse(text), headers: answer.headers };
  };
