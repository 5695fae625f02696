// The service's API as a person or a script calls it.
export type Reply = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers };
export type Caller = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Reply>;

/** Answers whatever the status; rejects only when nobody answered, or not in JSON. */
export const callerOf =
  (api: string, bearer: string): Caller =>
  async (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers };
    const answer = await fetch(`${api}${path}`, { method, headers: all, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
  };
