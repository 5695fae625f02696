// Middleware of the HTTP API: a route answers, and a refusal becomes problem details. What fails otherwise is told to the log, never to the caller.
import { Refusal } from "../../domain/shared/refusal.ts";
import type { Ports } from "../ports/ports.ts";
import type { Reply } from "./handler.ts";
import { HttpEvent } from "./http-event.ts";
import { lambdaHandler } from "./lambda-handler.ts";
import { problemOf } from "./problem.ts";
import type { Route } from "./route.ts";

export type Answer = { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: string };

const answer = (statusCode: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), "cache-control": "no-store", ...headers },
  body: body === undefined ? "" : JSON.stringify(body),
});

const answered = ({ status, body, etag, location, link }: Reply): Answer =>
  answer(status, body, {
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(location === undefined ? {} : { location }),
    ...(link === undefined ? {} : { link }),
  });

const refused = (refusal: Refusal, requestId: string): Answer => {
  const problem = problemOf(refusal, requestId);
  const retry: Record<string, string> = problem.status === 503 ? { "retry-after": "1" } : {};
  return answer(problem.status, problem, { "content-type": "application/problem+json", ...retry });
};

const refusalOf = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal(
        "internal_error",
        "Something failed here, and nothing is wrong with the request. Try again; the request id finds it in the logs.",
      );

/** The Lambda handler of an entry: `routes` by route key, as the gateway names them. */
export const http = <Needs extends keyof Ports>(
  routes: Readonly<Record<string, Route<Needs>>>,
  ports: Pick<Ports, Needs | "accounts" | "servers" | "now" | "log">,
): ((event: unknown) => Promise<Answer>) => {
  const { log } = ports;
  const reply = async (raw: unknown): Promise<Answer> => {
    const event = HttpEvent.parse(raw);
    const { requestId } = event.requestContext;
    const fields = { route: event.routeKey, requestId };
    try {
      const served = routes[event.routeKey];
      if (served === undefined) throw new Refusal("not_found", "There is no such route.");
      const made = answered(await served.answer(event, ports));
      log.info("answered", { ...fields, status: made.statusCode });
      return made;
    } catch (error) {
      const refusal = refusalOf(error);
      const refusing = refused(refusal, requestId);
      if (refusing.statusCode === 500) {
        log.error("failed", error, fields);
        // Answered, the run counts as none that failed: the alarm listens to this instead.
        log.count("RequestsFailed", 1);
      } else log.info("refused", { ...fields, status: refusing.statusCode, reason: refusal.reason });
      return refusing;
    }
  };
  return lambdaHandler(reply);
};
