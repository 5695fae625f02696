// One route of the device management API: what it takes, answers and is for, and the handler that serves it, with their types closed in.
import * as z from "zod";
import { ClientConfig } from "../../domain/device-api/client-config.ts";
import type { MdmErrorNumber } from "../../domain/device-api/mdm-error.ts";
import { formatExpDate } from "../../domain/tokens/token-file.ts";
import type { Ports } from "../ports/ports.ts";
import { parsedBy } from "./mdm-event.ts";
import type { MdmHandle, TokenBearer } from "./mdm-handler.ts";

/** Fields of every answer to a content token. */
export const Borne = z.object({
  uId: z.string().describe("The location's: what tokens of one location are told by."),
  tokenExpirationDate: z.string().describe("When the token ends, like 2030-11-08T22:33:22+0000."),
  mdmInfo: ClientConfig.shape.mdmInfo.describe("What the location's MDM server said last of itself: with another one's it is not alone."),
});

const borneBy = ({ token, location, config }: TokenBearer): z.input<typeof Borne> => ({
  uId: location.uId,
  tokenExpirationDate: formatExpDate(token.expiresAt),
  ...(config.mdmInfo === undefined ? {} : { mdmInfo: config.mdmInfo }),
});

type MdmWords = {
  /** The summary of the operation: one sentence without its full stop. */
  readonly does: string;
  /** The meaning of the answer. */
  readonly answers: string;
  /** Error numbers that the handler refuses with, beside those of all routes. */
  readonly refuses?: readonly MdmErrorNumber[];
  /** Requires the right to manage licenses. Refused at the location of the built-in service. */
  readonly manages?: true;
  /** The source of the token, if it is not the `Authorization` header. */
  readonly token?: "cookie" | "body";
  /** Counted against a budget of its own instead of the location's requests. */
  readonly budget?: "lookups";
  /** Errors are answered as in version 1 of the protocol, with status 200. */
  readonly version?: 1;
};

export type MdmRoute<Needs extends keyof Ports> = MdmWords & {
  readonly input: z.ZodType;
  readonly reply: z.ZodType;
  readonly answer: (caller: TokenBearer, asked: object, base: string, ports: Pick<Ports, Needs>) => Promise<object>;
};

/** A route without a token. */
export type OpenMdmRoute = Pick<MdmRoute<never>, "does" | "answers" | "reply"> & { readonly open: (base: string) => object };

/** A page for people, without a token: constant HTML in which nothing of the request appears. */
export type PageMdmRoute = Pick<MdmRoute<never>, "does" | "answers" | "reply"> & { readonly page: string };

export const pageMdmRoute = (page: string, words: Pick<PageMdmRoute, "does" | "answers">): PageMdmRoute => ({
  ...words,
  reply: z.string(),
  page,
});

export const openMdmRoute = (
  reply: z.ZodType,
  open: OpenMdmRoute["open"],
  words: Pick<OpenMdmRoute, "does" | "answers">,
): OpenMdmRoute => ({ ...words, reply, open });

/** `reply`: of its own, beside what every answer bears; `z.never()` when it always refuses. */
export const mdmRoute = <Input extends z.ZodType, Body extends z.ZodObject | z.ZodNever, Needs extends keyof Ports>(
  input: Input,
  reply: Body,
  handle: MdmHandle<Input, Needs, z.input<Body>>,
  words: MdmWords,
): MdmRoute<Needs> => ({
  ...words,
  input,
  reply: words.version === 1 || reply instanceof z.ZodNever ? reply : reply.extend(Borne.shape),
  answer: async (caller, asked, base, ports) => {
    const body = await handle({ caller, input: parsedBy(input, asked), base }, ports);
    return words.version === 1 ? body : { ...borneBy(caller), ...body };
  },
});
