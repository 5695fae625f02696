// Signature Version 4 as S3 checks it: the Authorization header and the presigned query.
// S3 encodes the path once, unlike every other service, and a presigned link signs the method and all other query parameters.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "./errors.ts";

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

export type SignedRequest = {
  readonly method: string;
  /** Decoded, with its leading slash. */
  readonly path: string;
  /** Decoded; no name occurs twice. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case, repeated headers joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
};

export type SignatureRules = {
  readonly credentials: Credentials;
  readonly region: string;
  readonly now: Date;
  /** Session tokens that the key may come with; it may also come without one. */
  readonly sessionTokens: readonly string[];
};

type Claim = {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payloadHash: string;
};

const ALGORITHM = "AWS4-HMAC-SHA256";
const SKEW_MILLISECONDS = 15 * 60 * 1000;
const LONGEST_LINK_SECONDS = 604_800;

/** Throws unless the request is signed with the one known key; returns the payload hash the signature covers. */
export const verifySignature = (request: SignedRequest, rules: SignatureRules): string => {
  const authorization = request.headers.get("authorization");
  const presigned = [...request.query.keys()].some((name) => /^x-amz-(algorithm|credential|signature)$/i.test(name));
  if (authorization !== undefined && presigned) {
    throw new S3Error(400, "InvalidArgument", "Only one auth mechanism allowed");
  }
  if (authorization === undefined && !presigned) throw new S3Error(403, "AccessDenied", "Access Denied");

  const claim = authorization === undefined ? claimOfQuery(request) : claimOfHeader(request, authorization);
  const malformed = authorization === undefined ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed";
  const [keyId, day, region, service, terminator, ...rest] = claim.credential.split("/");
  if (rest.length > 0 || terminator !== "aws4_request" || service !== "s3" || region !== rules.region) {
    throw new S3Error(400, malformed, "The credential scope is not one of this service and region");
  }
  if (day !== claim.date.slice(0, 8)) throw new S3Error(400, malformed, "The credential scope date does not match the request date");
  if (!claim.signedHeaders.includes("host")) throw new S3Error(400, malformed, "The host header must be signed");
  if (keyId !== rules.credentials.accessKeyId) {
    throw new S3Error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
  }

  const age = rules.now.getTime() - instantOf(claim.date, malformed);
  if (authorization === undefined) refuseOutsideLink(request, age);
  else if (Math.abs(age) > SKEW_MILLISECONDS) {
    throw new S3Error(403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large.");
  }

  // An unsigned x-amz header would change what the request does without breaking the signature.
  for (const name of request.headers.keys()) {
    if (name.startsWith("x-amz-") && !claim.signedHeaders.includes(name)) {
      throw new S3Error(403, "AccessDenied", "There were headers present in the request which were not signed");
    }
  }
  const sessionToken = request.headers.get("x-amz-security-token") ?? request.query.get("X-Amz-Security-Token");
  if (sessionToken !== undefined && !rules.sessionTokens.includes(sessionToken)) {
    throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
  }

  const scope = `${day}/${rules.region}/s3/aws4_request`;
  const toSign = [ALGORITHM, claim.date, scope, sha256(canonicalRequest(request, claim))].join("\n");
  const signingKey = [day, rules.region, "s3", "aws4_request"].reduce<string | Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${rules.credentials.secretAccessKey}`,
  );
  const expected = createHmac("sha256", signingKey).update(toSign).digest();
  // The pattern comes first because a comparison of buffers of different lengths throws.
  const matches = /^[0-9a-f]{64}$/.test(claim.signature) && timingSafeEqual(expected, Buffer.from(claim.signature, "hex"));
  if (!matches) {
    throw new S3Error(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
  return claim.payloadHash;
};

const claimOfHeader = (request: SignedRequest, authorization: string): Claim => {
  const parts = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([^,\s]+)$/.exec(authorization);
  const [, credential, signedHeaders, signature] = parts ?? [];
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw new S3Error(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.");
  }
  const payloadHash = request.headers.get("x-amz-content-sha256");
  if (payloadHash === undefined) throw new S3Error(400, "InvalidRequest", "Missing required header: x-amz-content-sha256");
  const date = request.headers.get("x-amz-date");
  if (date === undefined) throw new S3Error(403, "AccessDenied", "AWS authentication requires a valid x-amz-date header");
  return { credential, signedHeaders: signedHeaders.split(";"), signature, date, payloadHash };
};

const claimOfQuery = ({ query, headers }: SignedRequest): Claim => {
  const credential = query.get("X-Amz-Credential");
  const signedHeaders = query.get("X-Amz-SignedHeaders");
  const signature = query.get("X-Amz-Signature");
  const date = query.get("X-Amz-Date");
  const complete = credential !== undefined && signedHeaders !== undefined && signature !== undefined && date !== undefined;
  if (!complete || query.get("X-Amz-Algorithm") !== ALGORITHM) {
    throw new S3Error(400, "AuthorizationQueryParametersError", "The signature query parameters are incomplete or not supported");
  }
  const payloadHash = query.get("X-Amz-Content-Sha256") ?? headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  return { credential, signedHeaders: signedHeaders.split(";"), signature, date, payloadHash };
};

const refuseOutsideLink = ({ query }: SignedRequest, age: number): void => {
  const expires = query.get("X-Amz-Expires") ?? "";
  const seconds = /^[0-9]{1,6}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > LONGEST_LINK_SECONDS) {
    throw new S3Error(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds");
  }
  if (age < -SKEW_MILLISECONDS) throw new S3Error(403, "AccessDenied", "Request is not valid yet");
  if (age >= seconds * 1000) throw new S3Error(403, "AccessDenied", "Request has expired");
};

const instantOf = (date: string, code: string): number => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  const [, year, month, day, hour, minute, second] = parts ?? [];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // NaN would compare false with every limit, so a broken date would never expire.
  if (Number.isNaN(instant)) throw new S3Error(code.includes("Query") ? 400 : 403, code, "The request date is not valid");
  return instant;
};

const canonicalRequest = ({ method, path, query, headers }: SignedRequest, claim: Claim): string => {
  const canonicalPath = path.split("/").map(encode).join("/");
  const canonicalQuery = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const canonicalHeaders = claim.signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  return [method, canonicalPath, canonicalQuery, canonicalHeaders, claim.signedHeaders.join(";"), claim.payloadHash].join("\n");
};

/** Percent-encodes as the signature wants it; encodeURIComponent alone leaves five characters bare. */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
