// Sends one token to Apple and reads the answer. The token appears in the request's header and nowhere else: not in an error, not in the answer.
import { type IncomingMessage, request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import type { LookupFunction } from "node:net";
import { noAnswer, readAppleAnswer } from "../../domain/tokens/apple-answer.ts";
import { type AppleTarget, appleTarget } from "../../domain/tokens/apple-api.ts";
import type { AppleAnswer } from "../../domain/tokens/apple-check.ts";

export type Connection = {
  /** Permits plain HTTP to this machine. Only the local run sets it. */
  readonly loopback?: "allowed" | undefined;
  /** The limit of the whole request, also if the server keeps sending slowly. */
  readonly deadlineMilliseconds: number;
  /** Replaces the system's name resolution. */
  readonly lookup?: LookupFunction;
  /** Replaces the well-known certificate authorities. */
  readonly ca?: string;
};

const DEFAULTS: Connection = { deadlineMilliseconds: 10_000 };

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 64 * 1024;

/** A file's text as it may stand in a header: base64, without the byte order mark and the white space that a file may have around and in it. */
const asBearer = (fileText: string): string | undefined => {
  const bearer = fileText.replace(/^\uFEFF/, "").replace(/\s+/g, "");
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(bearer) ? bearer : undefined;
};

/** By the error's code alone: its message may quote the other side. */
const failureOf = (error: NodeJS.ErrnoException, socket: object | null): AppleAnswer => {
  if (socket !== null && "authorizationError" in socket && socket.authorizationError) return noAnswer("certificate_refused");
  return noAnswer(error.code?.startsWith("HPE_") ? "answer_unreadable" : "unreachable");
};

/** `undefined` if the body is longer than the limit. */
const bodyOf = async (response: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** Enough of a token to recognize it by. */
const TOKEN_BEGINNING = 64;

const read = async (response: IncomingMessage, bearer: string): Promise<AppleAnswer> => {
  const { statusCode: status = 0 } = response;
  // A redirect says nothing about the token, and neither does its body.
  if (status >= 300 && status < 400) return noAnswer("redirected");
  const body = await bodyOf(response);
  if (body === undefined) return noAnswer("answer_unreadable");
  const answer = readAppleAnswer({ status, body });
  // Evidence is shown to people: an answer that repeats the token in it is not kept.
  return JSON.stringify(answer).includes(bearer.slice(0, TOKEN_BEGINNING)) ? noAnswer("answer_unreadable") : answer;
};

const send = (bearer: string, { isSecure, host, port, path }: AppleTarget, { lookup, ca }: Connection, signal: AbortSignal) =>
  new Promise<AppleAnswer>((resolve) => {
    const request = (isSecure ? requestSecurely : requestPlainly)({
      method: "GET",
      host,
      port,
      path,
      headers: { authorization: `Bearer ${bearer}`, accept: "application/json", "user-agent": "content-tokens" },
      // Neither a connection of another check, nor a proxy that the environment names.
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Explicit, because an environment variable can turn it off.
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(lookup === undefined ? {} : { lookup }),
      ...(ca === undefined ? {} : { ca }),
      signal,
    });
    request.on("error", (error) => resolve(failureOf(error, request.socket)));
    let isAnswered = false;
    request.on("response", (response) => {
      isAnswered = true;
      // A connection that breaks during the answer is no answer.
      void read(response, bearer)
        .then(resolve, () => resolve(noAnswer("unreachable")))
        .finally(() => response.destroy());
    });
    // A server that switches to another protocol is cut off: there is no response.
    request.on("close", () => isAnswered || resolve(noAnswer("answer_unreadable")));
    request.end();
  });

/** One request. Never rejects: every failure on the way is an answer with the outcome `no-answer`. `base`: the URL that `client/config` lies below. */
export const askApple = async (fileText: string, base: string, over: Partial<Connection> = {}): Promise<AppleAnswer> => {
  const connection = { ...DEFAULTS, ...over };
  const target = appleTarget(base, connection);
  if (target === undefined) return noAnswer("unreachable");
  const bearer = asBearer(fileText);
  if (bearer === undefined) return noAnswer("file_unavailable");
  const ended = new AbortController();
  const { promise: timeUp, resolve: endTime } = Promise.withResolvers<AppleAnswer>();
  const timer = setTimeout(() => endTime(noAnswer("timed_out")), connection.deadlineMilliseconds);
  try {
    return await Promise.race([send(bearer, target, connection, ended.signal), timeUp]);
  } finally {
    clearTimeout(timer);
    // Closes the look-up, the connection and an answer that nobody reads, if they are still open.
    ended.abort();
  }
};
