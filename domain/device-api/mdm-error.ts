// A "no" as the device management API says it: a number that MDM servers branch on. The numbers are Apple's, none is made up here.
// Source: Apple, "Handling error responses" (App and Book Management API, version 2), and for 96xx what its live service answers as well.
import * as z from "zod";

/**
 * What this service answers: each number's status and what it says. Real answers to an unknown token are 200, which is not in Apple's table: MDM servers
 * look at the number only then.
 */
export const MDM_ERRORS = {
  9602: [400, "Invalid argument"],
  9603: [500, "Internal error"],
  9609: [400, "Unable to find the registered user"],
  9621: [401, "The content token has expired: download a new one"],
  9622: [200, "Invalid authentication token"],
  9625: [401, "The content token was revoked: download a new one"],
  9634: [410, "This is no longer available"],
  9637: [403, "The account that downloaded this content token may not manage licenses"],
  9641: [400, "The Apple Account is associated with another user"],
  9643: [503, "Licenses are locked at this moment, by a transfer for example: try again later"],
  9645: [403, "This location belongs to the built-in device management service: only read operations are allowed"],
  9646: [429, "Too many requests: try again later, and wait longer each time"],
  9650: [400, "The page index is out of range"],
  9700: [400, "Too many assets in one request"],
  9701: [400, "Too many client user ids in one request"],
  9702: [400, "Too many serial numbers in one request"],
  9703: [400, "An asset is named twice"],
  9704: [400, "A client user id is named twice"],
  9705: [400, "A serial number is named twice"],
  9706: [400, "An asset is not revocable"],
  9707: [400, "An asset is not assignable to devices"],
  9708: [400, "There is no event with this id"],
  9709: [400, "There are not enough assets available"],
  9710: [400, "The notification URL and its authentication token are needed together"],
  9711: [400, "The notification URL or its authentication token is too long"],
  9712: [400, "The notification URL must be a valid https address"],
  9713: [400, "The MDM metadata is too long"],
  9714: [400, "Too many users in one request"],
  9715: [400, "A user is named twice"],
  9716: [400, "The user exists already"],
  9717: [400, "An e-mail address is not valid"],
  9718: [400, "No asset is given"],
  9719: [400, "Neither client user ids nor serial numbers are given"],
  9720: [400, "No user is given"],
  9721: [400, "The version id is not valid"],
  9722: [401, "The authorization header must be 'Bearer {sToken}'"],
  9723: [400, "MDM id, name and metadata are needed together"],
  9724: [400, "The MDM id is too long"],
  9725: [400, "The MDM name is too long"],
  9726: [405, "This method is not supported here"],
  9727: [415, "The Content-Type must be application/json"],
  9728: [400, "The notification URL could not be reached"],
  9811: [400, "Subscriptions are not managed by this service"],
} as const satisfies Readonly<Record<number, readonly [status: number, message: string]>>;

export type MdmErrorNumber = keyof typeof MDM_ERRORS;

/** All of them. The keys of such a record are these numbers, which the compiler does not say of `Object.keys`. */
export const MDM_ERROR_NUMBERS = Object.keys(MDM_ERRORS).map(Number) as MdmErrorNumber[];

/** The part of a request that an error is about, by the names in the request. */
export const ErrorInfo = z.object({
  assets: z.array(z.object({ adamId: z.string(), pricingParam: z.string() })).optional(),
  clientUserIds: z.array(z.string()).optional(),
  serialNumbers: z.array(z.string()).optional(),
});
export type ErrorInfo = z.infer<typeof ErrorInfo>;

/** An error as MDM servers are told it. */
export const MdmError = z.object({
  errorNumber: z.literal(MDM_ERROR_NUMBERS).describe("What clients branch on: Apple's numbers, none is made up."),
  errorMessage: z.string(),
  errorInfo: ErrorInfo.optional().describe("What of the request it is about."),
});
export type MdmError = z.infer<typeof MdmError>;

export const mdmErrorOf = (errorNumber: MdmErrorNumber, errorInfo?: ErrorInfo, detail?: string): MdmError => ({
  errorNumber,
  errorMessage: detail === undefined ? MDM_ERRORS[errorNumber][1] : `${MDM_ERRORS[errorNumber][1]}. ${detail}`,
  ...(errorInfo === undefined ? {} : { errorInfo }),
});

export const statusOfNumber = (errorNumber: MdmErrorNumber): number => MDM_ERRORS[errorNumber][0];

/** After how many seconds to ask again, by status. */
export const RETRY_SECONDS: Readonly<Record<number, number>> = { 429: 1, 503: 5 };

type RefusalMore = {
  readonly info?: ErrorInfo;
  readonly detail?: string;
  /** `Retry-After`, where it differs from that of the status. */
  readonly retrySeconds?: number;
};

/** Thrown by what refuses an MDM server's request. `detail` is shown to the caller: no secret, and nothing that was sent. */
export class MdmRefusal extends Error {
  readonly error: MdmError;
  readonly retrySeconds: number | undefined;

  constructor(errorNumber: MdmErrorNumber, { info, detail, retrySeconds }: RefusalMore = {}) {
    const error = mdmErrorOf(errorNumber, info, detail);
    super(error.errorMessage);
    this.name = "MdmRefusal";
    this.error = error;
    this.retrySeconds = retrySeconds ?? RETRY_SECONDS[statusOfNumber(errorNumber)];
  }
}
