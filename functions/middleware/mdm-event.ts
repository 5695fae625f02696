// A request of an MDM server as the gateway gives it, on the one greedy route of the device management API. What is wrong with its form has a number of its
// own; what came is never quoted: it may be a secret.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import { issueText } from "../../domain/shared/issues.ts";
import { BODY_PROBLEMS, parseBody } from "./body.ts";
import { bearerCredentials } from "./headers.ts";
import { HttpEvent } from "./http-event.ts";

export const MdmEvent = HttpEvent.extend({
  rawPath: z.string(),
  requestContext: HttpEvent.shape.requestContext.extend({
    domainName: z.string().default("localhost"),
    http: z.object({ method: z.string() }),
  }),
});
export type MdmEvent = z.infer<typeof MdmEvent>;

/** 25 assets, 1,000 serial numbers and 1,000 client user ids as long as they may be, each character escaped, and room for the rest. Lambda takes 6 MB. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export type Address = { readonly publicUrl?: string | undefined; readonly scheme?: "http" | "https" | undefined };

/**
 * The origin of `urls`. Clients send their token there, so no header counts, which a client or proxy could set. It is the origin that the deployment configured,
 * or else the domain name that the gateway reports.
 */
export const baseOf = ({ requestContext }: MdmEvent, { publicUrl, scheme = "https" }: Address): string =>
  publicUrl ?? `${scheme}://${requestContext.domainName}`;

/** Refuses with 9727 if the body is not JSON. A request without a body needs no content type. */
export const assertJson = ({ headers, body = "" }: MdmEvent): void => {
  if (body !== "" && !/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) throw new MdmRefusal(9727);
};

/** An empty object without a body: whatever is needed then is missing. Refuses with 9602. */
export const bodyOf = (event: MdmEvent): object => {
  const parsed = parseBody(event, MAX_BODY_BYTES);
  if ("value" in parsed) return parsed.value;
  const { problem } = parsed;
  throw new MdmRefusal(9602, {
    detail:
      problem.kind === "too-large"
        ? `A body has at most ${MAX_BODY_BYTES} bytes; this one has ${problem.bytes}.`
        : BODY_PROBLEMS[problem.kind],
  });
};

/** Names the fields that are wrong and what was expected. Refuses with 9602. */
export const parsedBy = <Input extends z.ZodType>(schema: Input, asked: object): z.infer<Input> => {
  const parsed = schema.safeParse(asked);
  if (parsed.success) return parsed.data;
  throw new MdmRefusal(9602, { detail: parsed.error.issues.slice(0, 5).map(issueText).join("; ") });
};

/** The bearer's text. Refuses with 9722. */
export const bearerTextOf = ({ headers }: MdmEvent): string => {
  const text = bearerCredentials(headers.authorization);
  if (text === undefined) throw new MdmRefusal(9722);
  return text;
};

/** Some clients encode what they put into a cookie; what can't be decoded was not. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** As the look-up of names is asked: by a cookie, or as all else is. */
export const cookieTextOf = (event: MdmEvent): string => {
  const cookies = event.headers.cookie ?? event.cookies.join("; ");
  const text = /(?:^|;\s*)itvt=([^;]+)/.exec(cookies)?.[1];
  return text === undefined ? bearerTextOf(event) : decoded(text);
};
