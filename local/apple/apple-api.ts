// A stand-in for Apple's endpoint client/config. It accepts every well-formed token until POST /control sets another answer, and forgets those answers
// when it stops. GET /control shows the requests. Source: Apple, "Client Config"; 9622 with status 200 as MDM vendors report it.
import { createHash } from "node:crypto";
import * as z from "zod";
import { type Answered, type Asked, json, jsonOf, type Listening, listen } from "../http.ts";

const ANSWERS = ["accepted", "expired", "revoked", "unknown", "too_many_requests", "server_error", "hang", "redirect", "html"] as const;
type AnswerName = (typeof ANSWERS)[number];

const Fields = {
  answer: z.enum(ANSWERS).optional(),
  mdmInfo: z.object({ id: z.string(), name: z.string(), metadata: z.string().default("") }).optional(),
  locationName: z.string().optional(),
  uId: z.string().optional(),
  country: z.string().optional(),
};
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Control = z.union([
  z.strictObject({ reset: z.literal(true) }),
  z.strictObject({ token: z.string().min(1), ...Fields }),
  z.strictObject({ sha256, ...Fields }),
]);
type Setting = { readonly [Name in keyof typeof Fields]?: z.infer<(typeof Fields)[Name]> };

const Token = z.object({ token: z.string().min(1), expDate: z.string(), orgName: z.string() });
type Token = z.infer<typeof Token>;

/** Without white space, as a client sends it: a file with a line break at its end is the same token. */
const hashOf = (fileText: string): string => createHash("sha256").update(fileText.replace(/\s+/g, "")).digest("hex");

const SMALLEST_UID = 1_000_000_000_000_000n;
const UID_RANGE = 9_000_000_000_000_000n;

/**
 * 16 digits that stay the same for an organization's name. A file does not name its location, so every token of an organization is one of the same
 * location, as when tokens are renewed, until POST /control sets another uId.
 */
const uIdOf = ({ orgName }: Token): string => {
  const hash = createHash("sha256").update(orgName).digest("hex");
  return String(SMALLEST_UID + (BigInt(`0x${hash.slice(0, 16)}`) % UID_RANGE));
};

const failure = (status: number, errorNumber: number, errorMessage: string, headers: Record<string, string> = {}): Answered =>
  json(status, { errorNumber, errorMessage }, headers);

/** `undefined`: never answers. */
const FAILURES: Readonly<Record<Exclude<AnswerName, "accepted">, Answered | undefined>> = {
  expired: failure(401, 9621, "The token has expired"),
  revoked: failure(401, 9625, "The server has revoked the sToken"),
  unknown: failure(200, 9622, "Invalid authentication token"),
  too_many_requests: failure(429, 9646, "Too many requests", { "retry-after": "30" }),
  server_error: failure(500, 9603, "Internal error"),
  redirect: { status: 302, headers: { location: "/elsewhere" } },
  html: { status: 200, headers: { "content-type": "text/html" }, body: "<html><body>Please sign in</body></html>" },
  hang: undefined,
};

const configOf = (token: Token, { mdmInfo, locationName, uId, country }: Setting): Answered =>
  json(200, {
    countryISO2ACode: country ?? "US",
    defaultPlatform: "enterprisestore",
    locationName: locationName ?? token.orgName,
    ...(mdmInfo === undefined ? {} : { mdmInfo }),
    tokenExpirationDate: token.expDate,
    uId: uId ?? uIdOf(token),
    websiteURL: "https://business.apple.com",
  });

const tokenIn = (bearer: string): Token | undefined => Token.safeParse(jsonOf(Buffer.from(bearer, "base64"))).data;

/** Requests that GET /control shows. */
const MAX_ASKED = 1000;

export const startApple = async (options: Parameters<typeof listen>[1]): Promise<Listening> => {
  const settings = new Map<string, Setting>();
  /** The SHA-256 of each token that was asked about, the latest last. */
  const asked: string[] = [];

  const config = ({ authorization }: Asked["headers"]): Answered | undefined => {
    const [, bearer] = /^Bearer (\S+)$/.exec(authorization ?? "") ?? [];
    if (bearer === undefined) return failure(401, 9722, "The Authorization header must be 'Bearer {sToken}'");
    const hash = hashOf(bearer);
    asked.push(hash);
    if (asked.length > MAX_ASKED) asked.shift();
    const token = tokenIn(bearer);
    const setting = settings.get(hash) ?? {};
    if (token === undefined) return FAILURES.unknown;
    return setting.answer === undefined || setting.answer === "accepted" ? configOf(token, setting) : FAILURES[setting.answer];
  };

  const control = ({ headers, body }: Asked): Answered => {
    // A page of another site can send any other type unasked.
    if (headers["content-type"] !== "application/json") return json(415, { message: "send the header content-type: application/json" });
    const { data: setting } = Control.safeParse(jsonOf(body));
    if (setting === undefined)
      return json(400, { message: `expected {"reset":true}, or token or sha256 with answer (${ANSWERS.join(", ")})` });
    if ("reset" in setting) settings.clear();
    else if ("sha256" in setting) settings.set(setting.sha256, setting);
    else settings.set(hashOf(setting.token), setting);
    return json(200, {});
  };

  const answer = async (request: Asked): Promise<Answered> => {
    const { method, path } = request;
    if (path === "/control") return method === "POST" ? control(request) : json(200, { asked });
    if (method !== "GET" || path !== "/mdm/v2/client/config") return json(404, { message: "Not Found" });
    return config(request.headers) ?? new Promise<never>(() => undefined);
  };
  return listen(answer, options);
};
